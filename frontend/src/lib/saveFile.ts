/** Hands a file in memory to the browser's downloads. */
export function saveFile(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The download has started by the next turn of the loop; the memory is given back then.
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
}
