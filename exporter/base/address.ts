const GROUPS = 8;
/**
 * What stands before an IPv4 address in an IPv6 one that leads to it: `::ffff:0:0/96` in the kernel itself, `64:ff9b::/96` by a
 * translator (NAT64, RFC 6052), as nodes without IPv4 have one.
 */
const IPV4_PREFIXES: readonly string[] = ['00000000000000000000ffff', '0064ff9b0000000000000000'];

/** An internet address by where its packets end up. */
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

/** The address in 4 or 16 bytes, network order; one that leads to an IPv4 address is that one, in one spelling for all rules. */
export function addressOf(bytes: Buffer): Address {
  if (bytes.length === 4) return ipv4(bytes);
  if (IPV4_PREFIXES.includes(bytes.toString('hex', 0, 12))) return ipv4(bytes.subarray(12));
  const groups = Array.from({ length: GROUPS }, (_, i) => bytes.readUInt16BE(2 * i));
  return { family: 6, text: compress(groups) };
}
