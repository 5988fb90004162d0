import { expect } from 'chai';
import { BuilderError } from '../../../common/errors.ts';
import { parseEpisodes } from '../../../dataset/episodes/episodes.ts';

const HEADER = 'episode,scenario,start,end,node';
const START = Date.UTC(2026, 2, 29, 0, 30);
const GOOD = `e1,cpu_burn,${START},${START + 60_000},node-a`;

describe('dataset/episodes/episodes', () => {
  it('reads UTC milliseconds, and RFC 3339 with any offset, whatever the zone of the machine', () => {
    const zone = process.env['TZ'];
    // Berlin has no 02:30 on this day.
    process.env['TZ'] = 'Europe/Berlin';
    try {
      const starts = [
        START,
        '2026-03-29T00:30:00Z',
        '2026-03-29T01:30:00+01:00',
        '2026-03-29T02:30:00+02:00',
      ];
      const lines = starts.map((start, i) => `e${i},cpu_burn,${start},2026-03-29T03:31:00+02:00,node-a`);
      const episodes = parseEpisodes([HEADER, ...lines].join('\n'), 'e.csv');
      expect(episodes.map(({ startMs }) => startMs)).to.deep.equal([START, START, START, START]);
      expect(episodes[0]?.endMs).to.equal(Date.UTC(2026, 2, 29, 1, 31));
    } finally {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    }
  });

  it('reads optional columns in any order, quotes, a byte order mark and CRLF', () => {
    const text = `\uFEFFnode,role,run,episode,scenario,start,end,pod,namespace\r\n"n,1",benign,r1,e1,batch_job,${START},${START + 1},web,shop\r\n`;
    expect(parseEpisodes(text, 'e.csv')).to.deep.equal([
      {
        episode: 'e1',
        scenario: 'batch_job',
        startMs: START,
        endMs: START + 1,
        node: 'n,1',
        namespace: 'shop',
        pod: 'web',
        role: 'benign',
        run: 'r1',
        place: 'e.csv line 2',
      },
    ]);
  });

  const bad: readonly (readonly [string, string, RegExp])[] = [
    ['nothing', '', /^e\.csv: is empty/],
    ['an unknown column', `${HEADER},colour\n`, /^e\.csv line 1: unknown column "colour"/],
    ['a missing column', 'episode,scenario,start,end\n', /^e\.csv line 1: there is no column "node"/],
    ['a column twice', `${HEADER},node\n`, /^e\.csv line 1: a column is named twice/],
    [
      'too few fields',
      `${HEADER}\n${GOOD}\ne2,cpu_burn,1\n`,
      /^e\.csv line 3: has 3 fields where the header has 5/,
    ],
    ['an open quote', `${HEADER}\n${GOOD}\n"e2,cpu_burn\n`, /^e\.csv line \d+: /],
    [
      'a local time',
      `${HEADER}\ne1,x,2026-03-29T02:30:00,${START},n\n`,
      /^e\.csv line 2: start .* with its zone/,
    ],
    [
      'seconds',
      `${HEADER}\ne1,x,1774744200,1774744260,n\n`,
      /^e\.csv line 2: start 1774744200 in milliseconds would be 1970-01-21T.*: if it is in seconds \(2026-03-29T00:30:00\.000Z\), write 1774744200000$/,
    ],
    [
      'an end before the start',
      `${HEADER}\ne1,x,${START},${START - 1},n\n`,
      /^e\.csv line 2: end .* is not after start/,
    ],
    [
      'an open end',
      `${HEADER}\ne1,x,${START},,n\n`,
      /^e\.csv line 2: end is empty: an episode that has not ended/,
    ],
    ['no node', `${HEADER}\ne1,x,${START},${START + 1},\n`, /^e\.csv line 2: node is empty/],
    [
      'a scenario called normal',
      `${HEADER}\ne1,normal,${START},${START + 1},n\n`,
      /^e\.csv line 2: scenario normal/,
    ],
    [
      'an episode twice on a node',
      `${HEADER}\n${GOOD}\n\n${GOOD}\n`,
      /^e\.csv line 4: episode e1 on node node-a stands on e\.csv line 2/,
    ],
    [
      'semicolons',
      `${HEADER}\n${GOOD}\n`.replaceAll(',', ';'),
      /^e\.csv line 1: its fields are separated by semi/,
    ],
    [
      'tabs',
      `${HEADER}\n${GOOD}\n`.replaceAll(',', '\t'),
      /^e\.csv line 1: its fields are separated by tabs/,
    ],
    ["a spreadsheet's hint", `sep=,\n${HEADER}\n${GOOD}\n`, /^e\.csv line 1: "sep=" .* delete the line/],
    [
      'columns without a name',
      `${HEADER},,\n${GOOD},,\n`,
      /^e\.csv line 1: column 6 has no name: delete empty/,
    ],
    ...['29/03/2026 12:05', '3/29/2026 1:05:00 PM', '29.03.2026 12:05', '2026-03-29 12:05'].map(
      (time) =>
        [
          `the time ${time}`,
          `${HEADER}\ne1,x,${time},${START},n\n`,
          /^e\.csv line 2: start .* is no time: a time without its zone, as spreadsheets write it/,
        ] as const,
    ),
    [
      'a time that was rounded',
      `${HEADER}\ne1,x,1.77479E+12,${START},n\n`,
      /^e\.csv line 2: start "1\.77479E\+12" is no time: a spreadsheet has rounded it/,
    ],
    [
      'days since 1900',
      `${HEADER}\ne1,x,46110.503,${START},n\n`,
      /^e\.csv line 2: start "46110\.503" is no time: a spreadsheet's count of days/,
    ],
  ];
  for (const [what, text, message] of bad) {
    it(`refuses ${what}, naming the line`, () => {
      expect(() => parseEpisodes(text, 'e.csv'))
        .to.throw(BuilderError, message)
        .with.property('code', 'labels');
    });
  }
});
