/** RFC 1952: whether a gzip member begins at a place: the magic, deflate, and no reserved flags. */
export function isGzipMember(file: Uint8Array, at: number): boolean {
  return file[at] === 0x1f && file[at + 1] === 0x8b && file[at + 2] === 8 && ((file[at + 3] ?? 0xff) & 0xe0) === 0;
}

/** The deflated data behind the header of a gzip member: its optional fields are an extra of stated length, two texts and a checksum. */
export function gzipData(member: Uint8Array): Uint8Array {
  const flags = member[3] ?? 0;
  let at = 10;
  if ((flags & 4) !== 0) at += 2 + (member[at] ?? 0) + 256 * (member[at + 1] ?? 0);
  for (const text of [8, 16]) if ((flags & text) !== 0) at = Math.max(at, member.indexOf(0, at) + 1);
  if ((flags & 2) !== 0) at += 2;
  return member.subarray(at);
}
