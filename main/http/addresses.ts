/** Where an IP address lies. The one table that says which addresses a server's word may lead us to. */
import { BlockList, isIP } from "node:net";

/**
 * `public`: the internet. `private`: RFC 1918, RFC 6598, RFC 4193. `loopback`: this machine. `link_local`: RFC 3927 and
 * fe80::/10, where clouds keep their metadata service. `unusable`: nothing one connects to on purpose (unspecified,
 * multicast, documentation, reserved; RFC 6890).
 */
export type Zone = "public" | "private" | "loopback" | "link_local" | "unusable";

type Subnet = readonly [network: string, prefix: number];

const SUBNETS: Readonly<Record<Exclude<Zone, "public">, readonly Subnet[]>> = {
  loopback: [
    ["127.0.0.0", 8],
    ["::1", 128],
  ],
  link_local: [
    ["169.254.0.0", 16],
    ["fe80::", 10],
    // The metadata service of AWS over IPv6 lies in the private range but is meant here.
    ["fd00:ec2::254", 128],
  ],
  private: [
    ["10.0.0.0", 8],
    ["172.16.0.0", 12],
    ["192.168.0.0", 16],
    ["100.64.0.0", 10],
    ["fc00::", 7],
    ["fec0::", 10],
  ],
  unusable: [
    ["0.0.0.0", 8],
    ["192.0.0.0", 24],
    ["192.0.2.0", 24],
    ["198.18.0.0", 15],
    ["198.51.100.0", 24],
    ["203.0.113.0", 24],
    ["224.0.0.0", 4],
    ["240.0.0.0", 4],
    ["::", 128],
    ["100::", 64],
    ["2001:db8::", 32],
    ["ff00::", 8],
  ],
};

/** Longest promise first: a special address inside a wider range is found before the range. */
const ORDER = ["loopback", "link_local", "private", "unusable"] as const;

const LISTS = new Map(
  ORDER.map((zone) => {
    const list = new BlockList();
    for (const [network, prefix] of SUBNETS[zone])
      list.addSubnet(network, prefix, isIP(network) === 6 ? "ipv6" : "ipv4");
    return [zone, list];
  }),
);

/** The zone of an IPv4 or IPv6 address (no brackets, a scope id is ignored). What is no address is `unusable`. */
export function zoneOf(address: string): Zone {
  const plain = address.split("%")[0] ?? "";
  const family = isIP(plain);
  if (family === 0) return "unusable";
  if (family === 6) {
    const inner = embeddedIPv4(plain);
    if (inner !== null) return zoneOf(inner);
  }
  const kind = family === 6 ? "ipv6" : "ipv4";
  for (const zone of ORDER) if (LISTS.get(zone)?.check(plain, kind)) return zone;
  return "public";
}

/** Top-level names that never lead to the internet (RFC 6761, RFC 6762, RFC 8375, ICANN's `internal`). */
const INSIDE = /(^|\.)(local|localdomain|lan|home|corp|intranet|internal|private|home\.arpa)\.?$/i;

/** The zone that a host name speaks of, when its addresses are not known: one that nobody outside can have is `private`. */
export function zoneOfName(hostname: string): Zone {
  if (/(^|\.)localhost\.?$/i.test(hostname)) return "loopback";
  return !hostname.replace(/\.$/, "").includes(".") || INSIDE.test(hostname) ? "private" : "public";
}

/** The IPv4 address inside a mapped, NAT64 (RFC 6052) or 6to4 (RFC 3056) address, else null. */
function embeddedIPv4(address: string): string | null {
  const groups = expand(address);
  if (groups === null) return null;
  const [a, b, c, d, e, f, g, h] = groups;
  const zeros = (...parts: (number | undefined)[]) => parts.every((part) => part === 0);
  if (zeros(a, b, c, d, e) && f === 0xffff) return dotted(g, h);
  if (a === 0x64 && b === 0xff9b && zeros(c, d, e, f)) return dotted(g, h);
  if (a === 0x2002) return dotted(b, c);
  // ::a.b.c.d, deprecated (RFC 4291 §2.5.5.1); :: and ::1 are not of that kind.
  if (zeros(a, b, c, d, e, f) && g !== 0) return dotted(g, h);
  return null;
}

function dotted(high = 0, low = 0): string {
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

function expand(address: string): number[] | null {
  let text = address;
  const tail = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  if (tail !== null) {
    const [, head, ...bytes] = tail;
    const [w = 0, x = 0, y = 0, z = 0] = bytes.map(Number);
    text = `${head}${((w << 8) | x).toString(16)}:${((y << 8) | z).toString(16)}`;
  }
  const [left = "", right] = text.split("::");
  const groupsOf = (part: string) => (part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16)));
  const before = groupsOf(left);
  const after = right === undefined ? [] : groupsOf(right);
  const missing = 8 - before.length - after.length;
  if (missing < 0) return null;
  return [...before, ...new Array<number>(missing).fill(0), ...after];
}
