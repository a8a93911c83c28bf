// Texts as the bytes that go out. Joined first, each would be in memory once more.

/** All of them, in UTF-8, one after the other. */
export function bytesOf(texts: readonly string[]): Buffer {
  let length = 0;
  for (const text of texts) length += Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafe(length);
  let at = 0;
  for (const text of texts) at += bytes.write(text, at);
  return bytes;
}
