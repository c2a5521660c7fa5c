// Draws one dashboard from live data with Grafana's own components. What Grafana itself adds around them (panel plugins, provisioning,
// the data source's proxy) is not here. window.dashboard, window.prometheus and window.minutes are set by render.mjs.
import React from 'react';
import { createRoot } from 'react-dom/client';
import {
  createTheme, dateTime, FieldColorModeId, FieldType, getDisplayProcessor, getFieldDisplayValues, getValueFormats,
  standardTransformers, standardTransformersRegistry, ThemeContext, toDataFrame, transformDataFrame,
} from '@grafana/data';
import { BarGauge, BigValue, PanelChrome, Table, TimeSeries, VizRepeater, GlobalStyles } from '@grafana/ui';
import { VizOrientation } from '@grafana/schema';
import { lastValueFrom } from 'rxjs';

const { dashboard, prometheus, minutes, variables } = window;
const theme = createTheme({ colors: { mode: 'dark' } });
const cell = { width: 60, height: 34 };
const until = Date.now();
const from = until - minutes * 60_000;
// Two of the names stand for the same transformation.
const transformations = new Map(Object.values(standardTransformers).map(transformation => [transformation.id, transformation]));
standardTransformersRegistry.setInit(() => [...transformations.values()].map(transformation => ({
  id: transformation.id, name: transformation.name, transformation: async () => transformation, editor: () => null,
})));
const units = new Set(getValueFormats().flatMap(group => group.submenu.map(unit => unit.value)));

const fill = text => text.replace(/\$__rate_interval/g, '15s').replace(/\$\{?(\w+)\}?/g, (all, name) => variables[name] ?? all);

async function ask(target) {
  const range = target.range ? '_range' : '';
  const query = new URLSearchParams(
    target.range ? { query: fill(target.expr), start: from / 1000, end: until / 1000, step: 2 } : { query: fill(target.expr), time: until / 1000 });
  const answer = await (await fetch(`${prometheus}/api/v1/query${range}?${query}`)).json();
  if (answer.status !== 'success') throw new Error(answer.error);
  const series = answer.data.resultType === 'vector' || answer.data.resultType === 'matrix' ? answer.data.result : [{ metric: {}, value: answer.data.result }];
  return series.map(one => ({ labels: one.metric, points: one.values ?? [one.value] }));
}

const nameOf = (target, labels) => {
  if (target.legendFormat && target.legendFormat !== '__auto') return target.legendFormat.replace(/\{\{(\w+)\}\}/g, (_, label) => labels[label] ?? '');
  const { __name__, ...rest } = labels;
  return Object.values(rest).join(' ') || __name__ || 'Value';
};

function dress(panel, frame, index) {
  for (const field of frame.fields) {
    const { defaults, overrides } = panel.fieldConfig;
    field.config = { ...defaults, ...field.config, custom: { ...defaults.custom, ...field.config.custom } };
    if (field.type !== FieldType.number) delete field.config.unit;
    for (const override of overrides.filter(one => one.matcher.options === (field.config.displayName ?? field.name))) {
      for (const property of override.properties) {
        if (property.id.startsWith('custom.')) field.config.custom[property.id.slice(7)] = property.value;
        else field.config[property.id] = property.value;
      }
    }
    const numbers = field.values.filter(Number.isFinite);
    const min = Math.min(...numbers), max = Math.max(...numbers);
    field.state = { ...field.state, seriesIndex: index, range: { min, max, delta: max - min } };
    field.display = getDisplayProcessor({ field, theme, timeZone: 'utc' });
  }
  return frame;
}

async function framesOf(panel) {
  const frames = [];
  for (const target of panel.targets) {
    const series = await ask(target);
    if (panel.type === 'table') {
      const labels = [...new Set(series.flatMap(one => Object.keys(one.labels)))];
      const suffix = panel.targets.length > 1 ? ` #${target.refId}` : '';
      frames.push(toDataFrame({ refId: target.refId, fields: [
        { name: 'Time', type: FieldType.time, values: series.map(one => one.points[0][0] * 1000) },
        ...labels.map(name => ({ name, type: FieldType.string, values: series.map(one => one.labels[name] ?? '') })),
        { name: `Value${suffix}`, type: FieldType.number, values: series.map(one => Number(one.points[0][1])) },
      ] }));
      continue;
    }
    for (const one of series) {
      const name = nameOf(target, one.labels);
      frames.push(toDataFrame({ refId: target.refId, name, fields: [
        { name: 'Time', type: FieldType.time, values: one.points.map(point => point[0] * 1000) },
        { name: 'Value', type: FieldType.number, labels: one.labels, values: one.points.map(point => Number(point[1])), config: { displayName: name } },
      ] }));
    }
  }
  const changed = panel.transformations?.length ? await lastValueFrom(transformDataFrame(panel.transformations, frames, { interpolate: text => text })) : frames;
  return changed.map((frame, index) => dress(panel, frame, index));
}

function Picture({ panel, frames, width, height }) {
  const { options, fieldConfig } = panel;
  if (panel.type === 'timeseries') {
    return <TimeSeries frames={frames} structureRev={1} width={width} height={height} legend={options.legend} options={options} theme={theme} timeZone="utc"
      timeRange={{ from: dateTime(from), to: dateTime(until), raw: { from: `now-${minutes}m`, to: 'now' } }} />;
  }
  if (panel.type === 'table') return <Table data={frames[0]} width={width} height={height} />;
  const values = getFieldDisplayValues({
    fieldConfig, reduceOptions: options.reduceOptions, data: frames, theme, replaceVariables: text => text, sparkline: options.graphMode === 'area', timeZone: 'utc',
  });
  const draw = ({ value, width, height }) => panel.type === 'stat'
    ? <BigValue value={value.display} sparkline={value.sparkline} width={width} height={height} theme={theme} colorMode={options.colorMode}
        graphMode={options.graphMode} textMode={options.textMode} justifyMode={options.justifyMode} />
    : <BarGauge value={value.display} field={value.field} display={value.view?.getFieldDisplayProcessor(value.colIndex)} width={width} height={height} theme={theme}
        orientation={VizOrientation.Horizontal} displayMode={options.displayMode} itemSpacing={8} lcdCellWidth={10} />;
  return <VizRepeater width={width} height={height} source={values} getValues={() => values} renderCounter={0} renderValue={draw} itemSpacing={6}
    orientation={options.orientation ?? VizOrientation.Auto} />;
}

function Panel({ panel }) {
  const [state, set] = React.useState({ waiting: true });
  React.useEffect(() => {
    if (panel.targets) framesOf(panel).then(frames => set({ frames }), error => set({ error: error.message }));
    else set({ frames: [] });
  }, []);
  const { x, y, w, h } = panel.gridPos;
  const style = { position: 'absolute', left: x * cell.width, top: y * cell.height };
  const unit = panel.fieldConfig?.defaults?.unit;
  const mark = state.waiting ? 'waiting' : state.error ? 'error' : unit && !units.has(unit) ? 'unit' : panel.targets && !state.frames.length ? 'empty' : 'drawn';
  if (panel.type === 'row')
    return <div style={{ ...style, padding: 8, color: theme.colors.text.primary, fontWeight: 500 }} data-panel={panel.title} data-state="drawn">{panel.title}</div>;
  const body = (width, height) => panel.type === 'text' ? <div style={{ color: theme.colors.text.primary }}>{panel.options.content}</div>
    : mark === 'drawn' ? <Picture panel={panel} frames={state.frames} width={width} height={height} />
    : <div style={{ color: theme.colors.text.secondary, textAlign: 'center', paddingTop: height / 3 }}>{state.error ?? panel.fieldConfig.defaults.noValue ?? 'No data'}</div>;
  return <div style={style} data-panel={panel.title} data-state={mark} data-error={state.error}>
    <PanelChrome title={panel.title} width={w * cell.width - 8} height={h * cell.height - 8}>{body}</PanelChrome>
  </div>;
}

const lines = Math.max(...dashboard.panels.map(panel => panel.gridPos.y + panel.gridPos.h));
createRoot(document.getElementById('root')).render(
  <ThemeContext.Provider value={theme}>
    <GlobalStyles />
    <div style={{ position: 'relative', width: 24 * cell.width, height: lines * cell.height, background: theme.colors.background.canvas }}>
      {dashboard.panels.map(panel => <Panel key={panel.id} panel={panel} />)}
    </div>
  </ThemeContext.Provider>);
