import { LABEL_SOURCES, type LabelConfig } from './registry.ts';
import type { ConfiguredSource, LabelSource } from './source.ts';

/** The kind of source that an entry of the configuration is of. */
function sourceOf(config: LabelConfig): LabelSource {
  const source = LABEL_SOURCES.find(({ kind }) => kind in config);
  if (source === undefined)
    throw new Error(`no label source has one of the keys ${Object.keys(config).join(', ')}`);
  return source as LabelSource;
}

/** A source by its entry in the configuration. */
export function configuredSource(config: LabelConfig): ConfiguredSource {
  return sourceOf(config).configure(config);
}

/** An entry of the configuration with paths made absolute. */
export function absoluteSource(config: LabelConfig, resolve: (path: string) => string): LabelConfig {
  return sourceOf(config).absolute(config, resolve) as LabelConfig;
}

/** The source of a kind that a manifest names; undefined of one that this version does not know. */
export function sourceOfKind(name: string): LabelSource | undefined {
  return LABEL_SOURCES.find(({ kind }) => kind === name) as LabelSource | undefined;
}
