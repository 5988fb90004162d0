/**
 * Pages as weak as those of real services with a known hole, for the scenarios alone: without the token there is no such page. What a page
 * does is fixed; it looks at who asks, not at what is asked.
 */
import { type Request, type RequestHandler, type Response, Router, raw } from 'express';
import { MOST_BYTES, type Uploads } from './uploads.ts';
import { carriesToken, NONCE, PROOF_PATH, proofOf } from './weak-access.ts';
import { WEAK_PATHS } from './weak-paths.ts';
import { callBack, runWeakProgram, type WeakOutcome } from './weak-programs.ts';

const STATUS: Readonly<Record<WeakOutcome, number>> = { done: 200, failed: 502, busy: 503 };

const answer = (response: Response, outcome: WeakOutcome) =>
  void response
    .status(STATUS[outcome])
    .type('text/plain')
    .send(outcome === 'done' ? 'uid=65532(nonroot)\n' : '\n');

const shell = async (_: Request, response: Response) => answer(response, await runWeakProgram('shell'));

/** The pages, for those who have the token; all others go on to what else there is. */
export function weakPages(token: string, uploads: Uploads): Router {
  const pages = Router({ caseSensitive: true, strict: true });
  const guard: RequestHandler = ({ headers }, _, next) => {
    if (carriesToken(headers, token)) next();
    else next('router');
  };
  pages.get(PROOF_PATH, ({ query: { nonce } }, response, next) => {
    if (typeof nonce === 'string' && NONCE.test(nonce))
      response.type('text/plain').send(proofOf(token, nonce));
    else next();
  });
  pages.use(guard);
  pages.get(WEAK_PATHS.cgi, shell);
  pages.post(WEAK_PATHS.form, shell);
  pages.get(WEAK_PATHS.logged, async (request, response) => {
    if (await callBack(token)) await shell(request, response);
    else answer(response, 'failed');
  });
  pages.get(WEAK_PATHS.fetch, async (_, response) => answer(response, await runWeakProgram('metadata')));
  const file = `${WEAK_PATHS.uploads}/:name`;
  pages.put(
    file,
    raw({ type: () => true, limit: MOST_BYTES, inflate: false }),
    ({ params, body }, response) => {
      const content = body instanceof Uint8Array ? body : new Uint8Array();
      response.status(uploads.add(String(params['name']), content) ? 201 : 507).end();
    },
  );
  pages.get(file, async (request, response, next) => {
    if (uploads.has(String(request.params['name']))) await shell(request, response);
    else next();
  });
  return pages;
}
