/** Where things are in a guest of the lab; host and guest both know them. */
export const NODE = {
  exporterPort: 24924,
  scenariosPort: 24925,
  /** On the product's disk, below its folder. */
  token: 'lab/token',
  rules: 'lab/rules.json',
  /** What the victim writes, on a disk of its own, which the rules read. */
  victimLog: '/mnt/data/victim.log',
  accessLog: '/mnt/data/access.log',
  /** Where scenarios write. */
  scratch: '/mnt/data/scratch',
  /** The word of the kernel's command line that has the node's name. */
  nameWord: 'lab.node',
} as const;
