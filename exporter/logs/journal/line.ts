import type { IdentifiedEntry } from './journal-file.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const twoDigits = (number: number) => String(number).padStart(2, '0');

function shortTime(ms: number): string {
  const time = new Date(ms);
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(twoDigits).join(':');
  return `${MONTHS[time.getMonth()]} ${twoDigits(time.getDate())} ${clock}`;
}

/**
 * An entry as a line of syslog, `Nov 23 14:00:00 node sshd[7]: …`, as journalctl writes it; a message of several lines is one.
 *
 * @returns undefined without a message
 */
export function lineOf({ realtimeMs, identifier, fields }: IdentifiedEntry): string | undefined {
  const { MESSAGE: message, _HOSTNAME: host = 'localhost' } = fields;
  if (message === undefined || !(realtimeMs < 8.64e15)) return undefined;
  const pid = fields._PID ?? fields.SYSLOG_PID;
  const writer = pid === undefined ? identifier : `${identifier}[${pid}]`;
  return `${shortTime(realtimeMs)} ${host} ${writer}: ${message}`.replace(/[\n\r\0]/g, ' ');
}
