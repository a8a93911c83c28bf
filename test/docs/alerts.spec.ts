// The alerts for Prometheus: on metrics that there are, told in the runbook, and tried by Prometheus' own tool.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const docs = join(import.meta.dirname, '../../docs');
const textOf = (name: string): string => readFileSync(join(docs, name), 'utf8');

const [rules, tests, operations] = ['alerts.yml', 'alerts.test.yml', 'operations.md'].map(textOf) as [
  string,
  string,
  string,
];
const alerts = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name = '']) => name);

it('are on metrics that the runbook tells of', () => {
  const metrics = new Set([...rules.matchAll(/\bdaybook_\w+/g)].map(([name]) => name));
  expect(metrics.size).toBeGreaterThan(9);
  for (const metric of metrics) expect(operations).toContain(`\`${metric.replace(/_(bucket|count)$/, '')}\``);
});

it.each(alerts)('%s is in the runbook, and is tried where it fires and where it does not', (alert) => {
  expect(operations).toContain(`| \`${alert}\` `);
  const outcomes = [...tests.matchAll(/alertname: (\w+)\n +exp_alerts:( \[\])?/g)]
    .filter(([, name]) => name === alert)
    .map(([, , none]) => none === undefined);
  expect(new Set(outcomes)).toEqual(new Set([true, false]));
});

const promtool = spawnSync('promtool', ['test', 'rules', 'alerts.test.yml'], { cwd: docs, encoding: 'utf8' });
const tried = promtool.error === undefined ? it : it.skip;

tried('fire and do not fire as told (skipped where promtool is not on the PATH)', () => {
  expect(`${promtool.stdout}${promtool.stderr}`).toContain('SUCCESS');
});
