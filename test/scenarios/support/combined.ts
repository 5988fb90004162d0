const FIELD = String.raw`(?:[^"\\]|\\x[0-9A-F]{2})*`;

/** A line of the combined format, with its fields. */
export const COMBINED = new RegExp(
  [
    String.raw`^(?<address>\S+) - - \[\d{2}/[A-Z][a-z]{2}/\d{4}:\d{2}:\d{2}:\d{2} \+0000\]`,
    `"(?<request>${FIELD})"`,
    String.raw`(?<status>\d{3}) (?<bytes>\d+)`,
    `"(?<referrer>${FIELD})" "(?<userAgent>${FIELD})"$`,
  ].join(' '),
);
