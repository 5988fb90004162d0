import { Command, Option } from 'commander';

/**
 * A flag whose value is found under its name as it is written: `--node-name` under `node-name`, `--no-extractor.pod-network` under
 * `extractor.pod-network`. commander's own options turn some hyphens into capitals, so that a name which is put together from parts
 * finds nothing, and the flag is ignored in silence.
 */
export class Flag extends Option {
  override attributeName(): string {
    return this.negate ? this.name().replace(/^no-/, '') : this.name();
  }
}

/** A command all of whose flags are {@link Flag}s, those of its subcommands too. */
export class Program extends Command {
  override createCommand(name?: string): Program {
    return new Program(name);
  }

  override createOption(flags: string, description?: string): Flag {
    return new Flag(flags, description);
  }

  /** @throws {TypeError} an option that is no {@link Flag}, which would be read under another name */
  override addOption(option: Option): this {
    if (option instanceof Flag) return super.addOption(option);
    throw new TypeError(`${option.long ?? option.flags} is no Flag: it would be read under another name`);
  }
}
