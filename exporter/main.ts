#!/usr/bin/env node
import { runCommand } from '../common/cli.ts';
import { EXTRACTORS } from './extractors/index.ts';
import { exporterCommand, readOptions } from './options.ts';
import { runExporter } from './run.ts';

const names = EXTRACTORS.map(({ name }) => name);
const command = exporterCommand(names);
command.action(() => runExporter(readOptions(command, names)));
await runCommand(command);
