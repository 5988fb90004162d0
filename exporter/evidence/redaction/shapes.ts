/** What tells a secret by its shape alone, wherever it stands. The first group, if there is one, is kept. */
interface Shape {
  readonly name: string;
  /** One of these is in a text that holds it, in small letters. */
  readonly hints: readonly string[];
  readonly pattern: RegExp;
}

/** As data; the order matters where one is within another. */
export const SHAPES: readonly Shape[] = [
  {
    name: 'private key',
    hints: ['private key'],
    pattern:
      /(-----BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----)(?:(?!-----END )[\s\S])*(?:-----END [A-Z0-9 ]*-----)?/g,
  },
  { name: 'PuTTY private key', hints: ['putty'], pattern: /(PuTTY-User-Key-File-\d:)[\s\S]*/g },
  { name: 'JWT or JWE', hints: ['eyj'], pattern: /\beyJ[\w-]{8,}(?:\.[\w-]*){1,4}/g },
  {
    name: 'AWS access key',
    hints: ['akia', 'asia', 'abia', 'acca', 'agpa', 'aida', 'aroa', 'anpa'],
    pattern: /\b(?:AKIA|ASIA|ABIA|ACCA|AGPA|AIDA|AROA|ANPA)[A-Z0-9]{16}\b/g,
  },
  {
    name: 'GitHub',
    hints: ['ghp_', 'gho_', 'ghs_', 'ghu_', 'ghr_', 'github_pat_'],
    pattern: /\b(?:gh[oprsu]_[A-Za-z0-9]{20,}|github_pat_\w{20,})/g,
  },
  {
    name: 'GitLab',
    hints: [
      'glpat-',
      'gldt-',
      'glrt-',
      'glrtr-',
      'glcbt-',
      'glptt-',
      'glft-',
      'glsoat-',
      'glimt-',
      'glagent-',
      'glsc-',
    ],
    pattern: /\bgl(?:pat|dt|rt|cbt|ptt|ft|soat|imt|agent|sc)-[\w-]{16,}/g,
  },
  { name: 'Slack', hints: ['xox', 'xapp-'], pattern: /\bxox[a-z]-[\w-]{10,}|\bxapp-[\w-]{10,}/g },
  {
    name: "a webhook's address",
    hints: ['hooks.', 'webhook'],
    pattern:
      /(\bhooks\.slack\.com\/(?:services|workflows)\/|\bdiscord(?:app)?\.com\/api\/webhooks\/|\bwebhook\.office\.com\/webhookb2\/)[^\s'"]+/g,
  },
  {
    name: 'Stripe',
    hints: ['_live_', '_test_', 'whsec_'],
    pattern: /\b(?:sk|rk|whsec|pk)_(?:live|test)_\w{10,}|\bwhsec_\w{16,}/g,
  },
  { name: 'OpenAI, Anthropic and others', hints: ['sk-'], pattern: /\bsk-[\w-]{16,}/g },
  { name: 'Google API key', hints: ['aiza'], pattern: /\bAIza[\w-]{30,}/g },
  {
    name: 'Google OAuth',
    hints: ['ya29.', 'gocspx-', '1//0'],
    pattern: /\bya29\.[\w-]{16,}|\bGOCSPX-[\w-]{16,}|\b1\/\/0[\w-]{20,}/g,
  },
  {
    name: 'npm, PyPI, RubyGems, crates, Docker',
    hints: ['npm_', 'pypi-', 'rubygems_', 'cio', 'dckr_'],
    pattern:
      /\bnpm_[A-Za-z0-9]{30,}|\bpypi-[\w-]{16,}|\brubygems_[0-9a-f]{40,}|\bcio[A-Za-z0-9]{32}\b|\bdckr_(?:pat|oat)_[\w-]{20,}/g,
  },
  {
    name: 'SendGrid, Mailgun, Twilio',
    hints: ['sg.', 'key-', 'sk'],
    pattern: /\bSG\.[\w-]{16,}\.[\w-]{16,}|\bkey-[0-9a-f]{32}\b|\bSK[0-9a-f]{32}\b/g,
  },
  { name: 'Vault', hints: ['hvs.', 'hvb.', 'hvr.'], pattern: /\bhv[bsr]\.[\w-]{20,}/g },
  {
    name: 'DigitalOcean, Shopify, Databricks, Linear, Grafana, Hugging Face, Telegram',
    hints: ['_v1_', 'shp', 'dapi', 'lin_api_', 'glsa_', 'glc_', 'hf_', ':aa'],
    pattern:
      /\bdo[opr]_v1_[0-9a-f]{40,}|\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}\b|\bdapi[0-9a-f]{32}\b|\blin_api_\w{20,}|\bgl(?:sa|c)_[\w+/=-]{20,}|\bhf_[A-Za-z0-9]{20,}|\b\d{8,10}:AA[\w-]{30,}/g,
  },
  { name: 'age key', hints: ['age-secret'], pattern: /\bAGE-SECRET-KEY-1[A-Z0-9]{20,}/g },
  {
    name: 'hashed password',
    hints: ['$', '{s', '{c'],
    pattern:
      /\$(?:2[abxy]|5|6|y|gy|7|argon2(?:id|i|d))\$[^\s:'"]{8,}|\{(?:SSHA|SHA|SMD5|CRYPT)\d*\}[\w+/=]{16,}/g,
  },
  {
    name: 'authorization of several parts',
    hints: ['authorization'],
    pattern:
      /(\bauthorization\\?["']?\s{0,4}[:=]\s{0,4}\\?["']?(?:digest|hawk|aws4-hmac-sha256|signature|oauth)\s+)[^\n\r]+/gi,
  },
  {
    name: 'bearer',
    hints: ['bearer', 'negotiate', 'apikey'],
    pattern: /(\b(?:bearer|negotiate|apikey)\s{1,4})(?=\S{0,64}\d|\S{20})[\w.~+/=-]{8,}/gi,
  },
  {
    name: 'basic',
    hints: ['basic'],
    pattern: /(\bbasic\s{1,4})(?=[a-z]{0,64}[\dA-Z+/=])(?![a-z]{1,64}\b)[\w+/-]{8,}={0,2}/gi,
  },
  {
    name: 'SQL',
    hints: ['identified', 'password'],
    pattern:
      /(\b(?:identified\s{1,4}(?:with\s{1,4}\S{1,64}\s{1,4})?(?:by|as)|password(?=[\s(]))\s{0,4}(?:password\s{0,4})?\(?)(?:'(?:[^'\\]|''|\\.)*'?|"(?:[^"\\]|""|\\.)*"?)/gi,
  },
  {
    name: 'pass: of OpenSSL',
    hints: [' -pass'],
    pattern: /(\s-pass(?:in|out)?\s{1,4}(?:pass:)?)(?!(?:file|env|fd|stdin):?)[^\s'"]+/g,
  },
  {
    name: 'echo … | chpasswd',
    hints: ['chpasswd'],
    pattern: /(\b[\w.-]{1,64}:)[^\s'"|]{1,256}(?=['"]?\s*\|\s*(?:sudo\s+)?chpasswd)/g,
  },
  {
    name: 'echo … | passwd, docker login, sudo -S',
    hints: ['echo', 'printf'],
    pattern:
      /(\b(?:echo|printf)\s{1,4}(?:-\w{1,4}\s{1,4}){0,4})(?:"[^"]{0,512}"|'[^']{0,512}'|[^\s|]{1,512})(?=\s{0,8}\|\s*(?:sudo\s+)?(?:passwd\b|docker\s+login|podman\s+login|helm\s+registry\s+login|su\b|sudo\s+-\w*S|gpg\b|openssl\b|cryptsetup\b|base64\s+-d|kubectl\s+create\s+secret))/g,
  },
  {
    name: 'literal of a Kubernetes secret',
    hints: ['--from-literal'],
    pattern: /(--from-literal(?:=|\s+)["']?[\w.-]+=)(?:[^\s"']+)/g,
  },
];

/** Two tokens that nothing but the lengths of their parts tells: of kubeadm (`abc123.` and 16 characters), and of Vault before 1.10. */
export const BY_LENGTH =
  /\b(?=[a-z]{0,5}\d)[a-z0-9]{6}\.(?=[a-z]{0,15}\d)[a-z0-9]{16}\b(?![.\w-])|\bs\.[A-Za-z0-9]{24}\b/g;
