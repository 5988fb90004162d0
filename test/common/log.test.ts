import { expect } from 'chai';
import { createLogger, type LogFormat, type LogLevel } from '../../common/log.ts';

function capture(level: LogLevel, format: LogFormat) {
  const lines: string[] = [];
  return { logger: createLogger({ level, format }, (line) => lines.push(line)), lines };
}

describe('createLogger', () => {
  it('writes logfmt', () => {
    const { logger, lines } = capture('info', 'logfmt');
    logger.warn('Two words', { address: '[::1]:9', count: 3, ok: true, empty: '', text: 'a "b"' });
    expect(lines[0]).to.match(
      /^time=\d{4}-\d\d-\d\dT[\d:.]+Z level=warn msg="Two words" address=\[::1\]:9 count=3 ok=true empty="" text="a \\"b\\""\n$/,
    );
  });

  it('writes JSON', () => {
    const { logger, lines } = capture('info', 'json');
    logger.error('Failed', { path: 'x' });
    expect(JSON.parse(lines[0] ?? '')).to.include({ level: 'error', msg: 'Failed', path: 'x' });
  });

  it('drops what is below its level', () => {
    const { logger, lines } = capture('warn', 'logfmt');
    logger.debug('x');
    logger.info('x');
    logger.warn('x');
    logger.error('x');
    expect(lines).to.have.length(2);
  });

  for (const format of ['logfmt', 'json'] as const) {
    it(`a value cannot forge a line or a field in ${format}`, () => {
      const { logger, lines } = capture('info', format);
      logger.info('x', { path: 'a\nlevel=error msg=forged \u2028"' });
      expect(lines.join('').split('\n')).to.have.length(2);
      expect(lines[0]).to.match(format === 'json' ? /"path":"a\\n/ : / path="a\\nlevel=error/);
    });
  }
});
