/**
 * A field of `/proc/<pid>/stat` by its number in proc_pid_stat(5), from 3, the state, on.
 *
 *     4321 (a) S ) R 1 4321 4321 0 -1 4194560 …
 *
 * The name in parentheses is the process's to choose and may hold anything; nothing behind it holds a closing parenthesis.
 *
 * @returns undefined where the text is shorter
 * @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
export function statField(text: string, number: number): string | undefined {
  return text.slice(text.lastIndexOf(')') + 2).split(' ', number - 2)[number - 3];
}
