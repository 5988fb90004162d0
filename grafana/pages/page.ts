import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  type Panel,
  RowBuilder,
  type VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { happenings } from '../annotations.ts';
import { TAG, toOthers, UIDS } from '../links.ts';

/** Panels under a heading. */
export interface Section {
  readonly title: string;
  readonly panels: readonly Builder<Panel>[];
}

export interface PageSpec {
  readonly uid: keyof typeof UIDS;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly Builder<VariableModel>[];
  readonly sections: readonly Section[];
}

/** Numbers the panels, so that the same page gives the same bytes and links to panels stay. */
function numbered(dashboard: Dashboard): Dashboard {
  const panels = dashboard.panels ?? [];
  return { ...dashboard, panels: panels.map((panel, i) => ({ ...panel, id: i + 1 })) };
}

/** A dashboard as Grafana takes it from a file. */
export function page({ uid, title, description, variables, sections }: PageSpec): Dashboard {
  const builder = new DashboardBuilder(title)
    .uid(UIDS[uid])
    .description(description)
    .tags([TAG])
    .timezone('browser')
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .tooltip(DashboardCursorSync.Crosshair)
    .variables([...variables])
    .annotations(happenings())
    .links([toOthers()]);
  for (const section of sections) {
    builder.withRow(new RowBuilder(section.title));
    for (const panel of section.panels) builder.withPanel(panel);
  }
  return numbered(builder.build());
}
