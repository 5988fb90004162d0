/**
 * Node's own `node:http`, without what an import of it brings along: an import reads every name that a module exports, and since
 * Node 22 `WebSocket` is one of them, for which all of undici is loaded. That is 11 MB, which would be a seventh of the agent.
 */
export const { createServer, request } = process.getBuiltinModule('node:http');
