/** The bytes that were made smaller (deflate) and written as text (Base64). */
export const inflate = (text: string): Promise<ArrayBuffer> => {
  const bytes = Uint8Array.from(atob(text.trim()), (letter) => letter.charCodeAt(0))
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"))).arrayBuffer()
}
