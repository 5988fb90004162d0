import { Command, Help, Option } from 'commander';

/**
 * A flag whose value is found under its name as it is written: `--node-name` under `node-name`, `--no-extractor.pod-network` under
 * `extractor.pod-network`. commander's own options turn some hyphens into capitals, so that a name which is put together from parts
 * finds nothing, and the flag is ignored in silence.
 */
export class Flag extends Option {
  override attributeName(): string {
    return this.negate ? this.name().replace(/^no-/, '') : this.name();
  }

  /** What holds without the flag, where that is decided later: by a configuration file, or by a server. */
  usually(what: string): this {
    return this.default(undefined, what);
  }
}

/** What holds without a flag, for a reader; undefined where that is nothing: an empty list, a switch that is off. */
export function defaultOf({ defaultValue, defaultValueDescription }: Option): string | undefined {
  if (defaultValueDescription !== undefined) return defaultValueDescription;
  if (typeof defaultValue === 'string') return defaultValue === '' ? undefined : defaultValue;
  if (Array.isArray(defaultValue)) return defaultValue.length === 0 ? undefined : defaultValue.join(', ');
  return typeof defaultValue === 'number' ? String(defaultValue) : undefined;
}

/** Help that names a default once, and none that is nothing. */
class PlainHelp extends Help {
  override optionDescription(option: Option): string {
    const { argChoices, envVar, description } = option;
    const usual = defaultOf(option);
    const notes = [
      ...(argChoices === undefined
        ? []
        : [`choices: ${argChoices.map((choice) => JSON.stringify(choice)).join(', ')}`]),
      ...(usual === undefined ? [] : [`default: ${usual}`]),
      ...(envVar === undefined ? [] : [`env: ${envVar}`]),
    ];
    return notes.length === 0 ? description : `${description} (${notes.join('; ')})`;
  }
}

/** A command line as a user types it, and what it does. */
export interface Example {
  readonly line: string;
  readonly what: string;
}

/** A command all of whose flags are {@link Flag}s, those of its subcommands too. */
export class Program extends Command {
  readonly examples: Example[] = [];
  /** Paragraphs below the flags. */
  readonly notes: string[] = [];

  constructor(name?: string) {
    super(name);
    this.addHelpText('after', () => this.#afterFlags());
  }

  #afterFlags(): string {
    const examples = this.examples.map(({ line, what }) => `  ${line}\n      ${what}`);
    const width = process.stdout.columns ?? 80;
    const notes = this.notes.map((note) => new Help().boxWrap(note, width));
    const parts = [...notes, ...(examples.length === 0 ? [] : [['Examples:', ...examples].join('\n')])];
    return parts.map((part) => `\n${part}`).join('\n');
  }

  override createCommand(name?: string): Program {
    return new Program(name);
  }

  override createHelp(): Help {
    return new PlainHelp();
  }

  override createOption(flags: string, description?: string): Flag {
    return new Flag(flags, description);
  }

  /** @throws {TypeError} an option that is no {@link Flag}, which would be read under another name */
  override addOption(option: Option): this {
    if (option instanceof Flag) return super.addOption(option);
    throw new TypeError(`${option.long ?? option.flags} is no Flag: it would be read under another name`);
  }

  /** An example for the end of the help and for the reference: a whole command line, and what it does. */
  example(line: string, what: string): this {
    this.examples.push({ line, what });
    return this;
  }

  /** A paragraph for the end of the help and for the reference. */
  note(text: string): this {
    this.notes.push(text);
    return this;
  }
}
