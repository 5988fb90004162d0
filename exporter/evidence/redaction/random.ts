/**
 * Whether a text looks as if nobody had thought of it: keys and tokens do, names, paths and words of several languages do not.
 */

const CLASSES = [/[a-z]/, /[A-Z]/, /\d/] as const;
/** Changes from small letters to capitals to digits, for each character: of random base64 about 0.6, of `someCamelCase2` 0.2. */
const LEAST_CHANGES = 0.33;

function changesOf(text: string): number {
  let changes = 0;
  let before = -1;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const kind = code >= 97 ? 0 : code >= 65 ? 1 : code >= 48 && code <= 57 ? 2 : -1;
    if (kind === -1) continue;
    if (before !== -1 && kind !== before) changes += 1;
    before = kind;
  }
  return changes;
}

/** Of base64 and the like, in any of its alphabets. */
function isRandom(text: string): boolean {
  return CLASSES.every((one) => one.test(text)) && changesOf(text) >= LEAST_CHANGES * text.length;
}

/** Whether the value of a doubtful name is a secret: long enough, and of letters and digits. */
export function looksSecret(value: string): boolean {
  if (/^[/.~]/.test(value) || /[\s]/.test(value)) return false;
  const hasBoth = /\d/.test(value) && /[a-z]/i.test(value);
  return hasBoth && value.length >= 16 && !/^[\w-]+(?:[./:][\w-]+)+$/.test(value.replace(/=+$/, ''))
    ? true
    : value.length >= 12 && isRandom(value);
}

/** Runs that may be base64 or hexadecimal. */
export const LONG_RUN = /[A-Za-z0-9+/_-]{40,}={0,2}/g;

const HEX = /^[0-9a-f]+$|^[0-9A-F]+$/;
/** Of commits, and of the ids of containers and images; what has another length and is longer than a commit is no id. */
const ID_CHARACTERS = 64;
const COMMIT_CHARACTERS = 40;
/** Fingerprints of SSH and integrity of subresources are base64. */
const BEFORE_CHECKSUM = /(?:sha\d+|md5)[:-]$/i;
/** What comes before a digest, or the id of a container: an algorithm, a folder, a runtime's prefix, a word for it. */
const BEFORE_DIGEST =
  /(?:sha\d*[:-]|md5:|blake\w*:|[/@.-]|\b(?:digest|container|containerd|sandbox|image|layer|checksum|sha\d*(?:sum)?|commit|revision|etag|trace|span|id|uid|cid)s?["'\])]*(?:\s+id)?\s*[:=]?\s*["'[(]*)$/i;
/** What comes after a digest that sha256sum or docker has written. */
const AFTER_DIGEST = /^(?:\.\w|\s+[*]?[\w./-]+\.\w|\/)/;

/** Whether a long run is a secret; digests, ids of containers, commits and paths are none. */
export function isSecretRun(run: string, before: string, after: string): boolean {
  const bare = run.replace(/=+$/, '');
  if (BEFORE_CHECKSUM.test(before)) return false;
  if (HEX.test(bare)) {
    const isId = bare.length <= COMMIT_CHARACTERS || bare.length === ID_CHARACTERS;
    return !isId && !BEFORE_DIGEST.test(before) && !AFTER_DIGEST.test(after);
  }
  const isPath = /^[./~]/.test(run) || /[.~\w]$/.test(before) || run.split('/').length > 4;
  return isPath
    ? bare.split('/').some((part) => part.length >= 40 && !HEX.test(part) && isRandom(part))
    : isRandom(bare);
}
