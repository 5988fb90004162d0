/** Rows of equal keys as a text table, numbers to the right with three significant digits. */
export function table(rows: readonly Readonly<Record<string, string | number>>[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const show = (value: string | number | undefined) =>
    typeof value === 'number'
      ? Number.isInteger(value)
        ? String(value)
        : value.toPrecision(3)
      : (value ?? '');
  const cells = rows.map((row) => columns.map((column) => show(row[column])));
  const widths = columns.map((column, i) =>
    Math.max(column.length, ...cells.map((row) => row[i]?.length ?? 0)),
  );
  const line = (texts: readonly string[], row?: Readonly<Record<string, string | number>>) =>
    texts
      .map((text, i) => {
        const numeric = row !== undefined && typeof row[columns[i] ?? ''] === 'number';
        return numeric ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0);
      })
      .join('  ')
      .trimEnd();
  return [line(columns), ...cells.map((texts, i) => line(texts, rows[i]))].join('\n');
}
