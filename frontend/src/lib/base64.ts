/** The bytes of a file as base64, as the simulator takes them. */
export function toBase64(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => {
      const address = typeof reader.result === "string" ? reader.result : "";
      resolve(address.slice(address.indexOf(",") + 1));
    };
    reader.onerror = () => reject(new Error("O arquivo não pôde ser lido."));
    reader.readAsDataURL(blob);
  });
}
