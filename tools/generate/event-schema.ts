import { type FieldSpec, RULE_KINDS, type RuleKind } from '../../exporter/catalogue/events/fields.ts';
import { ownFields, partOf, RECORD_HEAD } from '../../exporter/catalogue/events/record.ts';

type Schema = Readonly<Record<string, unknown>>;

const TYPES: Readonly<Record<FieldSpec['type'], Schema>> = {
  string: { type: 'string' },
  bool: { type: 'boolean' },
  int: { type: 'integer' },
  'list<string>': { type: 'array', items: { type: 'string' } },
  'list<int>': { type: 'array', items: { type: 'integer' } },
  'map<string, string>': { type: 'object', additionalProperties: { type: 'string' } },
};

interface Described {
  readonly type: FieldSpec['type'];
  readonly help: string;
  readonly absent?: string;
  readonly values?: readonly string[];
  readonly pattern?: string;
}

function property({ type, help, absent, values, pattern }: Described): Schema {
  return {
    description: absent === undefined ? help : `${help} Absent when ${absent}.`,
    ...TYPES[type],
    ...(values && { enum: values }),
    ...(pattern && { pattern }),
  };
}

function objectOf(
  fields: readonly (readonly [string, Described])[],
  isRequired: (one: Described) => boolean,
) {
  return {
    type: 'object',
    additionalProperties: false,
    required: fields.filter(([, spec]) => isRequired(spec)).map(([name]) => name),
    properties: Object.fromEntries(fields.map(([name, spec]) => [name, property(spec)])),
  };
}

/** Of a pod only what its rule looks at is there; in other records what can always be told. */
function kindSchema(kind: RuleKind): Schema {
  return objectOf(ownFields(kind), ({ absent }) => absent === undefined);
}

/** The JSON Schema of a record, made of the catalogue's fields. */
export function eventSchema(): string {
  const head = objectOf(Object.entries<Described>(RECORD_HEAD), ({ absent }) => absent === undefined);
  const kinds = RULE_KINDS.map((kind) => [partOf(kind), kindSchema(kind)] as const);
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'urn:kubevigil:event',
    title: 'Kubevigil event',
    description:
      'One match of a rule, as kubevigil-exporter writes it to --events.output and /events. Generated from the catalogue by `npm run generate`.',
    ...head,
    properties: { ...head.properties, ...Object.fromEntries(kinds) },
    oneOf: RULE_KINDS.map((kind) => ({
      properties: {
        on: { const: kind },
        ...Object.fromEntries(
          RULE_KINDS.filter((other) => other !== kind).map((other) => [partOf(other), false]),
        ),
      },
      required: [partOf(kind)],
    })),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
