// Type-checks dashboards against Grafana's own schema: node types.mjs FILE...
// Each dashboard becomes a TypeScript literal of the schema's types, shell and panels apart: what a panel's kind allows in its options
// and custom fields is in a file of its own for each kind. Unknown properties, wrong types and misspelt values are compile errors.
import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const kinds = {
  stat: ['stat', 'Stat'],
  timeseries: ['timeseries', 'TimeSeries'],
  bargauge: ['bargauge', 'BarGauge'],
  table: ['table', 'Table'],
  text: ['text', 'Text'],
};

// JSON has no enums, and panels may leave out what has a default.
const prelude = `import type { Dashboard, Panel } from '@grafana/schema';
type Json<T> = unknown extends T ? T : T extends string ? \`\${T}\` : T extends number | boolean | null | undefined ? T
  : T extends (infer U)[] ? Json<U>[] : T extends object ? { [K in keyof T]: Json<T[K]> } : T;
type Partly<T> = T extends (infer U)[] ? Partly<U>[] : T extends object ? { [K in keyof T]?: Partly<T[K]> } : T;
`;

function panelsOf(panels = []) {
  return panels.flatMap(panel => (panel.type === 'row' ? panelsOf(panel.panels) : [panel]));
}

function literalsOf(dashboard, panels) {
  const { panels: _, ...shell } = dashboard;
  const lines = [`export const shell: Json<Dashboard> = ${JSON.stringify(shell)};`];
  const used = new Set(panels.map(panel => panel.type));
  for (const [folder, name] of [...used].map(type => kinds[type]))
    lines.unshift(`import type * as ${name} from '@grafana/schema/dist/esm/raw/composable/${folder}/panelcfg/x/${name}PanelCfg_types.gen';`);
  for (const panel of panels) {
    const { targets, options, ...rest } = structuredClone(panel);
    const custom = rest.fieldConfig?.defaults?.custom;
    delete rest.fieldConfig?.defaults?.custom;
    const name = kinds[panel.type][1];
    lines.push(`/* ${panel.title} */ export const panel${panel.id}: Json<Panel> = ${JSON.stringify(rest)};`);
    lines.push(`/* ${panel.title}, options */ export const options${panel.id}: Partly<Json<${name}.Options>> = ${JSON.stringify(options ?? {})};`);
    if (custom)
      lines.push(`/* ${panel.title}, custom */ export const custom${panel.id}: Partly<Json<${name}.FieldConfig>> = ${JSON.stringify(custom)};`);
  }
  return prelude + lines.join('\n');
}

function check(file) {
  const dashboard = JSON.parse(fs.readFileSync(file, 'utf8'));
  const panels = panelsOf(dashboard.panels);
  const strangers = panels.filter(panel => !kinds[panel.type]).map(panel => `panel "${panel.title}" is a ${panel.type}`);
  if (strangers.length) return strangers;

  const folder = path.join(import.meta.dirname, '.types');
  fs.mkdirSync(folder, { recursive: true });
  const source = path.join(folder, `${path.basename(file, '.json')}.ts`);
  fs.writeFileSync(source, literalsOf(dashboard, panels));
  const program = ts.createProgram([source], {
    strict: true, noEmit: true, skipLibCheck: true, types: [], target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext,
  });
  return ts.getPreEmitDiagnostics(program).map(problem => {
    const line = problem.file?.text.split('\n')[problem.file.getLineAndCharacterOfPosition(problem.start).line] ?? '';
    return `${ts.flattenDiagnosticMessageText(problem.messageText, ' ').slice(0, 300)}  [${line.slice(0, 60)}]`;
  });
}

let failed = false;
for (const file of process.argv.slice(2)) {
  const problems = check(file);
  failed ||= problems.length > 0;
  console.log(`${path.basename(file)}: ${problems.length ? `\n  ${problems.join('\n  ')}` : 'ok'}`);
}
process.exit(failed ? 1 : 0);
