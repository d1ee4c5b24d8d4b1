import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** Which addresses a webhook may reach: those of the public internet (IANA special-purpose registries). */

const IPV4_SPECIAL = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  // Shared address space of carriers.
  '100.64.0.0/10',
  '127.0.0.0/8',
  // Link-local, with the metadata services of clouds.
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  // Multicast, reserved and broadcast.
  '224.0.0.0/3',
];

/** All of IPv6 that is not global unicast is refused: loopback, mapped IPv4, private, link-local, multicast. */
const IPV6_GLOBAL = '2000::/3';
/** Parts of global unicast that lead elsewhere: Teredo and other protocols, documentation, 6to4. */
const IPV6_SPECIAL = ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'];

function toBlockList(ranges: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', bits] = range.split('/');
    list.addSubnet(network, Number(bits), family);
  }
  return list;
}

const special4 = toBlockList(IPV4_SPECIAL, 'ipv4');
const special6 = toBlockList(IPV6_SPECIAL, 'ipv6');
const global6 = toBlockList([IPV6_GLOBAL], 'ipv6');
const loopback = toBlockList(['127.0.0.0/8'], 'ipv4');

/** Returns whether an IP address is of the public internet. Text that is no address is not. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !special4.check(address, 'ipv4');
  // A zone index names an interface of this machine.
  if (!isIPv6(address) || address.includes('%')) return false;
  return global6.check(address, 'ipv6') && !special6.check(address, 'ipv6');
}

/** Returns whether an IP address is one of this machine. */
export const isLoopbackAddress = (address: string): boolean =>
  address === '::1' || (isIPv4(address) && loopback.check(address, 'ipv4'));
