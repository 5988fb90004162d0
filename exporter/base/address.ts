const GROUPS = 8;
const MAPPED_PREFIX = '00000000000000000000ffff';

/** An internet address as the socket's family and the packets' path have it. */
export interface Address {
  readonly family: 4 | 6;
  readonly text: string;
}

function ipv4(bytes: Buffer): Address {
  return { family: 4, text: bytes.join('.') };
}

/** RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups as `::`. */
function compress(groups: readonly number[]): string {
  let [from, length] = [0, 1];
  for (let start = 0; start < GROUPS; start += 1) {
    let end = start;
    while (end < GROUPS && groups[end] === 0) end += 1;
    if (end - start > length) [from, length] = [start, end - start];
  }
  const hex = groups.map((group) => group.toString(16));
  if (length === 1) return hex.join(':');
  return `${hex.slice(0, from).join(':')}::${hex.slice(from + length).join(':')}`;
}

/** The address in 4 or 16 bytes, network order; IPv4 mapped into IPv6 is IPv4. */
export function addressOf(bytes: Buffer): Address {
  if (bytes.length === 4) return ipv4(bytes);
  if (bytes.toString('hex', 0, 12) === MAPPED_PREFIX) return ipv4(bytes.subarray(12));
  const groups = Array.from({ length: GROUPS }, (_, i) => bytes.readUInt16BE(2 * i));
  return { family: 6, text: compress(groups) };
}
