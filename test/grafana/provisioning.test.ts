import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { z } from 'zod';
import { ROOT } from '../support/paths.ts';

const FOLDER = join(ROOT, 'grafana', 'provisioning');

/** A text in which Grafana fills in variables of the environment: `$NAME` or `${NAME}`. */
const text = z.string().min(1);

/** @see https://grafana.com/docs/grafana/latest/administration/provisioning/#data-sources */
const datasources = z.strictObject({
  apiVersion: z.literal(1),
  datasources: z.array(
    z.strictObject({
      name: text,
      uid: z.string().regex(/^[a-zA-Z0-9_-]{1,40}$/),
      type: z.literal('prometheus'),
      access: z.literal('proxy'),
      url: text,
      isDefault: z.boolean(),
      jsonData: z.strictObject({ httpMethod: z.enum(['POST', 'GET']), timeInterval: text }),
    }),
  ),
});

/** @see https://grafana.com/docs/grafana/latest/administration/provisioning/#dashboards */
const dashboards = z.strictObject({
  apiVersion: z.literal(1),
  providers: z.array(
    z.strictObject({
      name: text,
      folder: text,
      folderUid: z.string().regex(/^[a-zA-Z0-9_-]{1,40}$/),
      type: z.literal('file'),
      allowUiUpdates: z.boolean(),
      options: z.strictObject({ path: text }),
    }),
  ),
});

const SCHEMAS = { 'datasources/prometheus.yaml': datasources, 'dashboards/kubevigil.yaml': dashboards };

describe('grafana/provisioning', () => {
  for (const [file, schema] of Object.entries(SCHEMAS)) {
    it(`${file} is what Grafana takes, and explains every variable that it fills in`, () => {
      const content = readFileSync(join(FOLDER, file), 'utf8');
      schema.parse(parse(content));
      const comment = content
        .split('\n')
        .filter((line) => line.startsWith('#'))
        .join('\n');
      const variables = content.match(/\$[A-Z_]+/g) ?? [];
      expect(variables).not.to.be.empty;
      for (const variable of variables) expect(comment).to.contain(variable.slice(1));
    });
  }

  it('has no other file', () => {
    const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.yaml'),
    );
    expect(files.sort()).to.deep.equal(Object.keys(SCHEMAS).sort());
  });
});
