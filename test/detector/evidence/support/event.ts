import type { EvidenceEvent } from '../../../../dataset/evidence/event.ts';

/** A record of a failed login. */
export const EVENT: EvidenceEvent = {
  ...{ id: '1-1', timeMs: Date.UTC(2026, 5, 1, 12), node: 'a', namespace: '', pod: '', container: '' },
  ...{ rule: 'ssh_login_failed', kind: 'log', severity: 'warning', mitre: 'T1110', program: '' },
  suppressed: 0,
  details:
    '{"file":"/var/log/auth.log","line":"sshd[812]: Failed password for root from 198.51.100.7 port 51122 ssh2"}',
};

/** The same as the exporter writes it, on a line. */
export const lineOf = ({ timeMs, kind, details, program: _, ...event }: EvidenceEvent): string =>
  JSON.stringify({
    ...event,
    time: new Date(timeMs).toISOString(),
    on: kind,
    log: JSON.parse(details) as object,
  });
