import { setupServer } from "msw/node";

/** Empty on purpose: each test says what the API answers. */
export const server = setupServer();
