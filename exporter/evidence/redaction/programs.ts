/** A program that is given a secret in a way of its own. */
interface SecretOf {
  /** Names of the program. */
  readonly programs: readonly string[];
  /** Only with this among its arguments, as `docker run -p` names a port. */
  readonly command?: string;
  /** Flags whose value is a secret, the next argument: `-p X`. */
  readonly flags?: readonly string[];
  /** Flags with the value glued to it only: `mysql -p` alone asks. */
  readonly glued?: readonly string[];
  /** Flags whose value holds a secret after this character: `-u user:X`. */
  readonly pairs?: { readonly flags: readonly string[]; readonly separator: string };
  /** What comes before the positional arguments, and which of these is a secret, counted from 0. */
  readonly positional?: { readonly after: readonly string[]; readonly index: number | 'last' };
}

/** As data; {@link redactArguments} goes through arguments by it, and through the texts of shells and logs. */
export const PROGRAMS: readonly SecretOf[] = [
  {
    programs: [
      'mysql',
      'mysqldump',
      'mysqladmin',
      'mysqlimport',
      'mysqlcheck',
      'mysqlshow',
      'mariadb',
      'mariadb-dump',
      'mariadb-admin',
      '7z',
      '7za',
      '7zr',
      'rar',
      'unrar',
    ],
    glued: ['-p'],
  },
  {
    programs: ['sshpass', 'mongo', 'mongosh', 'mongodump', 'mongorestore'],
    flags: ['-p'],
    glued: ['-p(?!assword)'],
  },
  {
    programs: ['docker', 'podman', 'nerdctl', 'buildah', 'skopeo', 'oc', 'az', 'helm', 'oras'],
    command: 'login',
    flags: ['-p'],
  },
  {
    programs: ['useradd', 'usermod', 'influx', 'cqlsh', 'nxc', 'smbmap', 'evil-winrm', 'hydra'],
    flags: ['-p'],
  },
  { programs: ['redis-cli', 'redis-benchmark', 'keydb-cli', 'valkey-cli'], flags: ['-a'] },
  { programs: ['sqlcmd', 'bcp', 'ipmitool', 'zip', 'unzip', 'osql', 'isql'], flags: ['-P'] },
  {
    programs: ['ldapsearch', 'ldapadd', 'ldapmodify', 'ldapdelete', 'ldapwhoami', 'ldappasswd'],
    flags: ['-w'],
  },
  { programs: ['snmpwalk', 'snmpget', 'snmpset', 'snmpbulkwalk'], flags: ['-c', '-A', '-X'] },
  { programs: ['sendEmail', 'sendemail', 'sendmail', 'swaks'], flags: ['-xp', '-ap'] },
  {
    programs: ['curl', 'http', 'https', 'wget', 'ab'],
    pairs: { flags: ['-u', '--user', '-U', '--proxy-user', '-a', '--auth'], separator: ':' },
  },
  {
    programs: ['smbclient', 'rpcclient', 'net', 'wmic', 'winexe'],
    pairs: { flags: ['-U', '--user'], separator: '%' },
  },
  {
    programs: ['skopeo', 'crictl', 'ctr', 'buildah'],
    pairs: { flags: ['--creds', '--src-creds', '--dest-creds', '-u', '--user'], separator: ':' },
  },
  { programs: ['htpasswd'], positional: { after: ['-[a-zA-Z]*b[a-zA-Z]*'], index: 'last' } },
  {
    programs: ['rabbitmqctl'],
    positional: { after: ['add_user', 'change_password', 'authenticate_user'], index: 1 },
  },
  { programs: ['vault'], positional: { after: ['login', 'unseal'], index: 0 } },
  { programs: ['aws'], positional: { after: ['aws_secret_access_key', 'aws_session_token'], index: 0 } },
];
