// Live charts. Vega is bundled in (`vegaEmbed`); each chart is made once, then only its data are replaced. Long runs are thinned to what the width can show, keeping each stretch's lowest and highest.

// `room`: pixels that the line has. Two points to a pixel are kept apart; more cannot be seen, and would cost frames.
function thin(points, room) {
  if (points.length <= 2 * room) return points;
  const bin = Math.ceil(points.length / room), kept = [];
  for (let i = 0; i < points.length; i += bin) {
    let low = i, high = i;
    for (let j = i; j < Math.min(i + bin, points.length); j++) {
      if (points[j].value < points[low].value) low = j;
      if (points[j].value > points[high].value) high = j;
    }
    kept.push(...(low === high ? [points[low]] : low < high ? [points[low], points[high]] : [points[high], points[low]]));
  }
  if (kept[kept.length - 1] !== points[points.length - 1]) kept.push(points[points.length - 1]);
  return kept;
}

// All rows that came, so that a chart opened later, or in the other theme, has them too.
function createStore(model) {
  const store = { time: [], columns: {}, bars: [], rasters: [], history: [], version: 0, since: 0, views: new Set() };
  store.take = (m, buffers) => {
    if (m.anew) { store.time = []; store.columns = {}; store.history = []; }
    store.time.push(...m.time);
    m.names.forEach((name, i) => {
      const column = (store.columns[name] = store.columns[name] || []);
      for (const row of m.values) column.push(row[i]);
    });
    store.history.push(...m.history);
    store.bars = m.bars;
    m.rasters.forEach((told, i) => {
      const raster = (store.rasters[i] = store.rasters[i] || createRaster()), raw = buffers[i];
      takeRaster(raster, told, new Uint8Array(raw.buffer, raw.byteOffset, raw.byteLength));
    });
    store.version++;
    store.views.forEach((view) => view.update());
  };
  store.rows = (chart, bar, width) => {
    if (chart.mode === "bars") return (store.bars[bar] || []).map(([series, value]) => ({ series, value }));
    if (chart.mode === "history") return store.history.map((row) => ({ ...row }));
    return chart.columns.flatMap(([series, name]) => {
      const column = store.columns[name] || [], points = [];
      for (let i = 0; i < column.length; i++) if (column[i] !== null) points.push({ time: store.time[i], series, value: column[i] });
      return thin(points, width);
    });
  };
  // Has this model anything for the chart? One world of a model may record what another does not have.
  store.knows = (chart, bar) => {
    if (chart.mode === "bars") return (store.bars[bar] || []).length > 0;
    if (chart.mode === "raster" || chart.mode === "history" || !store.time.length) return true;
    return chart.columns.some(([, name]) => (store.columns[name] || []).some((value) => value !== null));
  };
  return store;
}

function createPanel(model, store, el) {
  el.classList.add("mk-charts");
  const charts = model.get("charts");
  let bars = 0, rasters = 0, theme = "", busy = false, again = false, timer = 0, closed = false;
  const cells = charts.map((chart) => {
    const cell = document.createElement("div");
    cell.className = "mk-chart";
    el.append(cell);
    const view = chart.mode === "raster" ? new RasterView(cell, chart) : null;
    return { chart, cell, view, bar: chart.mode === "bars" ? bars++ : -1, raster: view ? rasters++ : -1, api: null, width: 0, shown: -1 };
  });
  const dark = () => Boolean((el.closest(".mas-kit") || document.body).classList.contains("mk-dark"));
  const data = (chart) => (chart.mode === "history" ? "history" : "rows");

  async function embed(one) {
    const spec = structuredClone(one.chart.specs[theme]);
    one.width = Math.max(one.cell.clientWidth, 120);
    spec.width = one.width;
    spec.autosize = { type: "fit", contains: "padding", resize: true };
    spec.config.legend.columns = Math.max(2, Math.floor(one.width / 96)); // else the last entries are cut off
    spec.config.title.limit = one.width - 8; // a longer one would be made room for at the chart's expense
    if (one.api) one.api.finalize();
    const inner = document.createElement("div");
    one.cell.replaceChildren(inner);
    spec.datasets = { ...(spec.datasets || {}), [data(one.chart)]: store.rows(one.chart, one.bar, one.width) };
    try {
      one.api = await vegaEmbed(inner, spec, { actions: false, renderer: "canvas", tooltip: true, logLevel: 1 });
    } catch (error) {
      one.cell.textContent = `This chart cannot be drawn: ${error.message}`;
    }
    one.shown = store.version;
  }

  async function refresh() {
    const wanted = dark() ? "dark" : "light";
    if (el.offsetParent === null) return; // hidden behind another tab; it asks again when it is shown
    const fresh = wanted !== theme;
    theme = wanted;
    for (const one of cells) {
      if (closed) return;
      const known = store.version === 0 || store.knows(one.chart, one.bar);
      one.cell.style.display = known ? "" : "none";
      if (!known) continue;
      const width = Math.max(one.cell.clientWidth, 120);
      if (one.view) {
        if (fresh || one.shown !== store.version || width !== one.width) {
          one.shown = store.version; one.width = width;
          one.view.draw(store.rasters[one.raster] || createRaster(), theme, width);
        }
      } else if (fresh || !one.api) await embed(one);
      else if (one.shown !== store.version || Math.abs(width - one.width) > 2) {
        one.shown = store.version;
        if (Math.abs(width - one.width) > 2) { one.width = width; one.api.view.width(width); }
        await one.api.view.data(data(one.chart), store.rows(one.chart, one.bar, one.width)).runAsync();
      }
      one.cell.dataset.version = one.shown;
      one.cell.dataset.points = store.time.length;
      await new Promise((done) => setTimeout(done)); // let the canvas have its frame
    }
  }

  async function update() {
    if (busy) { again = true; return; }
    busy = true;
    const began = performance.now();
    try { await refresh(); } finally {
      // Charts take at most a third of the time, and are drawn at most eight times a second.
      clearTimeout(timer);
      timer = setTimeout(() => { busy = false; if (again) { again = false; update(); } }, Math.max(125, 2 * (performance.now() - began)));
    }
  }

  const sizes = new ResizeObserver(update);
  sizes.observe(el);
  const themes = new MutationObserver(() => { if ((dark() ? "dark" : "light") !== theme) update(); });
  setTimeout(() => themes.observe(el.closest(".mas-kit") || document.body, { attributes: true, attributeFilter: ["class"] }), 0);
  const view = { update, remove() { closed = true; clearTimeout(timer); sizes.disconnect(); themes.disconnect(); store.views.delete(view); cells.forEach((one) => one.api && one.api.finalize()); } };
  store.views.add(view);
  update();
  return view;
}

export default () => {
  let store = null;
  return {
    initialize({ model }) {
      store = createStore(model);
      model.on("msg:custom", (message, buffers) => { if (message.type === "rows") store.take(message, buffers); });
      model.send({ type: "hello" });
    },
    render({ model, el }) {
      const panel = createPanel(model, store, el);
      return () => panel.remove();
    },
  };
};
