import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { loadConfig } from '../../builder/config/load.ts';
import { webConfigSchema } from '../../common/web/config/schema.ts';
import { decodeEpisodes } from '../../dataset/episodes/episodes.ts';
import { parseRules } from '../../exporter/rules/parse-rules.ts';
import { planSchema } from '../../scenarios/campaign/plan-schema.ts';
import { blocksOf, readPages } from '../../tools/documents/pages.ts';
import { ROOT } from '../support/paths.ts';
import { temporaryFolder } from '../support/temporary.ts';

type Kind = 'builder configuration' | 'campaign' | 'rules' | 'web configuration' | 'part of another file';

/** What a YAML block is, by the keys that it has. */
function kindOf(value: unknown): Kind {
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const has = (...names: string[]) => names.some((name) => keys.includes(name));
  if (has('scenarios') || (has('chains') && has('name'))) return 'campaign';
  if (has('tls_server_config', 'basic_auth_users')) return 'web configuration';
  if (has('rules')) {
    const [first] = (value as { rules: readonly object[] }).rules;
    return first !== undefined && 'name' in first ? 'rules' : 'part of another file';
  }
  return has('labels', 'prometheus', 'split', 'about') && !has('apiVersion')
    ? 'builder configuration'
    : 'part of another file';
}

describe('blocks of the documents', () => {
  const newFolder = temporaryFolder();
  const blocks = readPages(ROOT).flatMap((page) =>
    blocksOf(page).map((block) => ({ ...block, path: page.path })),
  );
  const of = (language: string) => blocks.filter((block) => block.language === language);
  const kinds = new Map<Kind, number>();

  it('are in languages that a test looks at', () => {
    const languages = new Set(blocks.map(({ language }) => language));
    expect([...languages].sort()).to.deep.equal(['csv', 'json', 'python', 'sh', 'sql', 'text', 'yaml']);
  });

  it('of YAML are taken by the programs that they are for', () => {
    for (const { path, text } of of('yaml')) {
      for (const document of parseAllDocuments(text)) {
        expect('errors' in document ? document.errors : [], path).to.deep.equal([]);
        const value: unknown = 'toJS' in document ? document.toJS() : undefined;
        const kind = kindOf(value);
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
        if (kind === 'rules') expect(parseRules(text, path).rules.length, path).to.be.greaterThan(0);
        if (kind === 'campaign') expect(planSchema.safeParse(value).error?.issues, path).to.equal(undefined);
        if (kind === 'web configuration')
          expect(webConfigSchema.safeParse(value).error?.issues, path).to.equal(undefined);
        if (kind === 'builder configuration') {
          const file = join(newFolder(), 'dataset.yaml');
          writeFileSync(file, text);
          expect(loadConfig({ config: file }), path).to.be.an('object');
        }
      }
    }
    for (const kind of ['rules', 'campaign', 'web configuration', 'builder configuration'] as const)
      expect(kinds.get(kind) ?? 0, kind).to.be.greaterThan(0);
  });

  it('of JSON are JSON', () => {
    for (const { text } of of('json')) expect(JSON.parse(text)).to.be.an('object');
  });

  it('of CSV with episodes are episodes', () => {
    const episodes = of('csv').filter(({ text }) => text.startsWith('episode,'));
    expect(episodes.length).to.be.greaterThan(0);
    for (const { path, text } of episodes)
      expect(decodeEpisodes(Buffer.from(text), path).length, path).to.be.greaterThan(0);
  });
});
