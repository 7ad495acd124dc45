/** House rules of the panel that no linter here knows. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "src");
const files = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.(tsx?|css)$/.test(path) && !path.endsWith("schema.d.ts"))
  .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));

describe("sources", () => {
  test("literal colours live only in App.css", () => {
    const literal = /#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch)a?\(/i;
    const modules = files.filter(({ path }) => path.endsWith(".module.css"));
    expect(modules.length).toBeGreaterThan(10);
    expect(modules.filter(({ text }) => literal.test(text)).map(({ path }) => path)).toEqual([]);
  });

  test("no file is over 400 lines", () => {
    expect(files.filter(({ text }) => text.split("\n").length > 401).map(({ path }) => path)).toEqual([]);
  });

  test("shapes of the API are not written by hand", () => {
    const types = files.find(({ path }) => path === join("services", "types.ts"))?.text ?? "";
    expect(types).toContain('from "./schema"');
    expect(types.match(/export interface \w+/g)).toEqual(["export interface Page"]);
  });
});
