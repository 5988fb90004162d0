import { renameSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import {
  type Family,
  type HostFolder,
  type HostRow,
  type Outcome,
  otherwise,
  SEEN,
  type Sign,
  unseen,
} from './model.ts';

const SSH = 'ssh_login_failed';
const APPLICATION = 'application_login_failed';
const AUTH_LOG = '/var/log/auth.log';
/** Where the rows of an application's log have it, in place of a container's. */
export const APPLICATION_LOG = '/var/log/application.log';
const AUDIT_LOG = '/var/log/kubernetes/audit.log';
const DENIED =
  '{"kind":"Event","apiVersion":"audit.k8s.io/v1","stage":"ResponseComplete","verb":"list","annotations":{"authorization.k8s.io/decision":"forbid"}}\n';
const MEBIBYTE = 2 ** 20;

const line = (user = 'root', message = 'Failed password for') =>
  `Nov 28 03:00:00 node sshd[7]: ${message} ${user} from 192.0.2.7 port 4711 ssh2\n`;
const FAILURE = line();
const SUDO = 'Nov 28 03:00:00 node sudo: pam_unix(sudo:auth):';
const HARMLESS = 'Nov 28 03:00:00 node sshd[7]: Server listening on 0.0.0.0 port 22.\n';

const BETWEEN_LOOKS = 'logs are read at each scrape, or every 15 s, and what was there is gone by then';
const INOTIFY = 'inotify on each log: a wake for each line that anybody writes';

function logged(
  id: string,
  attack: string,
  steps: HostRow['steps'],
  outcome: Outcome = SEEN,
  more: Partial<HostRow> = {},
): HostRow {
  const before = (host: HostFolder) => host.write(AUTH_LOG, HARMLESS);
  return { id, in: 'host', attack, evades: [SSH], outcome, before, steps, ...more };
}

/** One line of an application that is asked to be watched. */
function application(id: string, attack: string, text: string, outcome: Outcome): HostRow {
  const evades: readonly [Sign] = [APPLICATION];
  const before = (host: HostFolder) => host.write(APPLICATION_LOG, '');
  const steps = [(host: HostFolder) => host.append(APPLICATION_LOG, `${text}\n`)];
  return { id, in: 'host', attack, evades, outcome, before, steps };
}

const FORM = 'the rule knows how applications usually put it; what yours writes, only you know';
const OWN_RULE = "a rule of your own with your application's words";

export const LOGS: Family = {
  title: 'Logs',
  note: "Each step on files that stand for the host's, by the default rules; the agent reads between any two steps.",
  rows: [
    logged('log-line', 'fails to log in, for comparison', [(host) => host.append(AUTH_LOG, FAILURE)]),
    logged(
      'log-audit-denied',
      'asks the API server for secrets that it may not have, on a node with the audit log',
      [(host) => host.append(AUDIT_LOG, DENIED)],
      SEEN,
      { evades: ['api_access_denied'], before: (host) => host.write(AUDIT_LOG, '') },
    ),
    logged('log-in-pieces', 'has the line written in pieces, with a look between', [
      (host) => host.append(AUTH_LOG, FAILURE.slice(0, 50)),
      (host) => host.append(AUTH_LOG, FAILURE.slice(50)),
    ]),
    logged('log-long-name', 'gives a user name of 100,000 characters', [
      (host) => host.append(AUTH_LOG, line('x'.repeat(100_000))),
    ]),
    logged('log-escapes', 'gives a user name with control characters, quotes and no UTF-8', [
      (host) => host.append(AUTH_LOG, line('a\u001b[2K\\"\\n\u0000\u2028\ufffd')),
    ]),
    logged('log-line-break', 'gives a user name with a line break, which the daemon writes as it is', [
      (host) => host.append(AUTH_LOG, line('a\nb')),
    ]),
    logged('log-name-like-message', 'gives a user name that looks like a line of another kind', [
      (host) => host.append(AUTH_LOG, line('invalid user x]: message repeated 0 times: [ y')),
    ]),
    logged(
      'log-repeated',
      'fails four times alike, which the daemon writes as one line and «message repeated»',
      [
        (host) =>
          host.append(
            AUTH_LOG,
            `${FAILURE}${FAILURE.replace(/: (?=Failed)/, ': message repeated 3 times: [ ').replace('\n', ']\n')}`,
          ),
      ],
      SEEN,
      { times: 4 },
    ),
    logged('log-rotated', 'fails right before the log is renamed and a new one begun', [
      (host) => {
        host.append(AUTH_LOG, FAILURE);
        renameSync(host.at(AUTH_LOG), host.at(`${AUTH_LOG}.1`));
        host.write(AUTH_LOG, HARMLESS);
      },
    ]),
    logged(
      'log-rotated-twice',
      'fails to log in, in a log that is begun and renamed away between two looks',
      [
        (host) => {
          renameSync(host.at(AUTH_LOG), host.at(`${AUTH_LOG}.2`));
          host.write(AUTH_LOG, FAILURE);
          renameSync(host.at(AUTH_LOG), host.at(`${AUTH_LOG}.1`));
          host.write(AUTH_LOG, HARMLESS);
        },
        () => undefined,
      ],
      unseen(BETWEEN_LOOKS, 'reading what lies beside the log under names that daemons give to old ones'),
    ),
    logged('log-removed', 'removes the log after its line was written', [
      (host) => {
        host.append(AUTH_LOG, FAILURE);
        unlinkSync(host.at(AUTH_LOG));
      },
    ]),
    logged('log-removed-and-new', 'removes the log, and fails when there is a new one', [
      (host) => unlinkSync(host.at(AUTH_LOG)),
      (host) => host.write(AUTH_LOG, FAILURE),
      () => undefined,
    ]),
    logged(
      'log-truncated',
      'empties the log before it is read (also `copytruncate`)',
      [
        (host) => {
          host.append(AUTH_LOG, FAILURE);
          truncateSync(host.at(AUTH_LOG), 0);
        },
      ],
      unseen(BETWEEN_LOOKS, INOTIFY),
    ),
    logged(
      'log-truncated-and-grown',
      'empties the log and has it grow beyond what was read, with the failure at its beginning',
      [(host) => writeFileSync(host.at(AUTH_LOG), `${FAILURE}${HARMLESS.repeat(9)}`)],
      unseen(
        'a log that is not shorter than before is read on from where it was read to',
        'a hash of what stands before that point, read again at each look',
      ),
    ),
    logged(
      'log-same-size',
      'overwrites harmless lines of the log with its own, so that the size stays',
      [
        (host) =>
          host.write(
            AUTH_LOG,
            FAILURE.slice(0, HARMLESS.length - 1)
              .padEnd(HARMLESS.length - 1)
              .concat('\n'),
          ),
      ],
      unseen(
        'a log is appended to: what stands before the point that was read to is not read again',
        'reading each log whole at each look',
      ),
    ),
    logged(
      'log-hole',
      'has a stretch of zeros before the line, as a log has that was emptied under its writer',
      [
        (host) => {
          truncateSync(host.at(AUTH_LOG), MEBIBYTE);
          host.append(AUTH_LOG, FAILURE);
        },
      ],
    ),
    logged(
      'log-flood',
      'writes 80 MiB after it between two looks',
      [
        (host) => {
          host.append(AUTH_LOG, FAILURE);
          truncateSync(host.at(AUTH_LOG), 80 * MEBIBYTE);
          host.append(AUTH_LOG, '\n');
        },
      ],
      otherwise(
        ['log_skipped_bytes_total'],
        'of more than 64 MiB the last 8 are read, and what was skipped is counted',
      ),
    ),
    logged(
      'log-long-line',
      'has it stand behind 20 KiB of others, on the same line',
      [(host) => host.append(AUTH_LOG, `${'x'.repeat(20 * 1024)} ${FAILURE}`)],
      otherwise(
        ['log_skipped_bytes_total'],
        'rules see the first 16 KiB of a line; how much stands behind them is counted',
      ),
    ),
    logged(
      'log-no-end',
      'has the daemon end before it ends its line',
      [(host) => host.append(AUTH_LOG, FAILURE.trimEnd())],
      unseen(
        'a line counts when it is whole; it does as soon as anybody writes on',
        'taking a line for whole after some looks without its end',
      ),
    ),
    logged(
      'log-like-archive',
      'has a new log begin with the two bytes of a gzip file',
      [
        (host) => {
          renameSync(host.at(AUTH_LOG), host.at(`${AUTH_LOG}.1`));
          writeFileSync(host.at(AUTH_LOG), Buffer.from('1f8b0a', 'hex'));
          host.append(AUTH_LOG, FAILURE);
        },
        () => undefined,
      ],
      unseen(
        'what lies in a new log that is compressed is no lines; those that are appended later are read',
        'only root writes to the logs of daemons',
      ),
    ),
    logged(
      'log-key-refused',
      'tries keys in place of passwords, which sshd logs at `LogLevel VERBOSE` only',
      [
        (host) =>
          host.append(
            AUTH_LOG,
            'Nov 28 03:00:00 node sshd[7]: Connection closed by authenticating user root 192.0.2.7 port 4711 [preauth]\n',
          ),
      ],
      unseen(
        'sshd tells only that the connection was closed, as it does when a client goes away by itself',
        '`LogLevel VERBOSE` in sshd_config costs nothing; or a rule of your own for this line',
      ),
    ),
    logged(
      'log-elsewhere',
      'attacks a service of the host that logs elsewhere, or not at all',
      [
        (host) =>
          host.write(
            '/var/log/vsftpd.log',
            'Sat Nov 28 03:00:00 2026 [pid 7] [root] FAIL LOGIN: Client "192.0.2.7"\n',
          ),
      ],
      unseen('rules name the files that they read', OWN_RULE),
    ),
    {
      ...logged(
        'log-sudo',
        'fails three times to become another user by `sudo`, of which PAM writes two lines',
        [
          (host) =>
            host.append(
              AUTH_LOG,
              `${SUDO} authentication failure; logname=a uid=1000 euid=0 tty=/dev/pts/1 ruser=a rhost=  user=a\n${SUDO} 2 more authentication failures; logname=a uid=1000 euid=0 tty=/dev/pts/1 ruser=a rhost=  user=a\n`,
            ),
        ],
        SEEN,
        { times: 3 },
      ),
      evades: ['local_login_failed'],
    },
    application(
      'application-line',
      'fails to log in to an application, for comparison',
      'login failed for admin',
      SEEN,
    ),
    application(
      'application-json',
      'does so where lines are JSON',
      '{"event":"login","outcome":"failure","user":"admin"}',
      SEEN,
    ),
    application(
      'application-long-line',
      'fails to log in to an application, with so much before the message that it begins beyond 16 KiB',
      `${'x'.repeat(17_000)} login failed for admin`,
      unseen(
        'of a line the first 16 KiB are kept',
        'memory for each line that is being written, of each log',
      ),
    ),
    application(
      'application-far-apart',
      'has a long name stand between the words of an application’s message',
      `login of ${'x'.repeat(60)} has failed`,
      unseen(FORM, OWN_RULE),
    ),
    application(
      'application-coloured',
      'finds an application that colours words with escapes in their midst',
      'login \u001b[31mf\u001b[1mailed\u001b[0m for admin',
      unseen(FORM, OWN_RULE),
    ),
    application(
      'application-language',
      'finds an application that speaks another language',
      'Anmeldung von admin fehlgeschlagen',
      unseen(FORM, OWN_RULE),
    ),
    application(
      'application-status',
      'finds an application that writes a status alone',
      '192.0.2.7 - - "POST /session" 401 19',
      unseen(FORM, OWN_RULE),
    ),
  ],
};
