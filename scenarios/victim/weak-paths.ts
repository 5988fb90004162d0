/** Where the weak pages are. */
export const WEAK_PATHS = {
  /** A CGI script of a shell that reads its environment wrongly: Shellshock. */
  cgi: '/cgi-bin/status',
  /** A form whose content type is taken for an expression: Struts. */
  form: '/struts2-showcase/upload.action',
  /** Writes a header to its log with a library that looks names up in it: Log4Shell. */
  logged: '/api/status',
  /** Fetches an address that it is told: server-side requests. */
  fetch: '/fetch',
  /** Takes files, and runs them. */
  uploads: '/uploads',
} as const;
