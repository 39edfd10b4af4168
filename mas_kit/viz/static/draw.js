// Drawing one picture on one canvas. Lengths are device pixels; `u` is one CSS pixel, grown on a large canvas.

const FONT = "Inter, 'Segoe UI', system-ui, -apple-system, 'Helvetica Neue', Roboto, sans-serif";
const DETAILED_UP_TO = 400; // beyond, agents are stamps without texts, bars and rings

// From the model's unit to device pixels: x -> x * k + to.x, y -> to.y - y * k.
function fit(scene, width, height, dpr) {
  const [left, bottom, right, top] = scene.extent;
  const k = Math.min(width / (right - left), height / (top - bottom));
  const u = dpr * Math.min(Math.max(width / dpr / 760, 0.8), 1.35);
  return { k, dpr, u, x: (width - k * (left + right)) / 2, y: (height + k * (bottom + top)) / 2 };
}

// A link as a quadratic curve between the rims of its ends; bend is to the left of its direction.
function curve(xy, radius, to, source, target, bend) {
  const ax = xy[2 * source] * to.k + to.x, ay = to.y - xy[2 * source + 1] * to.k;
  const bx = xy[2 * target] * to.k + to.x, by = to.y - xy[2 * target + 1] * to.k;
  if (source === target) return { ax, ay, loop: radius[source] * to.k };
  const dx = bx - ax, dy = by - ay, length = Math.hypot(dx, dy) || 1;
  const trim = (row) => Math.min((radius[row] * to.k + 3 * to.u) / length, 0.45);
  return { ax, ay, bx, by, cx: (ax + bx) / 2 + bend * dy, cy: (ay + by) / 2 - bend * dx, t0: trim(source), t1: 1 - trim(target) };
}

function along(c, share) {
  if (c.loop) { // an agent's way to itself: a loop above it
    const turn = Math.PI / 2 + 0.7 + share * (2 * Math.PI - 1.4);
    return [c.ax + 0.6 * c.loop * Math.cos(turn), c.ay - 1.42 * c.loop + 0.6 * c.loop * Math.sin(turn)];
  }
  const t = c.t0 + (c.t1 - c.t0) * share, r = 1 - t;
  return [r * r * c.ax + 2 * r * t * c.cx + t * t * c.bx, r * r * c.ay + 2 * r * t * c.cy + t * t * c.by];
}

function drawLinks(g, state, to, ink, colours) {
  const { scene } = state, { size, l_width: widths, l_colour: shades } = state.cols;
  g.lineCap = "round";
  if (widths.length || shades.length) { strokes(g, state, to, colours); return; }
  scene.lanes.forEach((lane, row) => {
    g.strokeStyle = colours[lane.colour];
    g.globalAlpha = scene.links.length > 500 ? 0.18 : 0.34;
    g.lineWidth = (scene.links.length > 500 ? 0.7 : 1.6) * to.u;
    g.beginPath();
    for (const [a, b, l] of scene.links) {
      if (l !== row) continue;
      const c = curve(state.now.xy, size, to, a, b, lane.bend);
      const parts = lane.bend || c.loop ? 24 : 1;
      for (let i = 0; i <= parts; i++) {
        const [x, y] = along(c, i / parts);
        i ? g.lineTo(x, y) : g.moveTo(x, y);
      }
    }
    g.stroke();
    if (scene.links.length <= 60) {
      for (const [a, b, l] of scene.links) if (l === row) arrowhead(g, curve(state.now.xy, size, to, a, b, lane.bend), colours[lane.colour], to.u);
    }
  });
  g.globalAlpha = 1;
}

// Links of which each has a width or a colour of its own: how much flows, how full it is.
function strokes(g, state, to, colours) {
  const { scene } = state, { size, l_width: widths, l_colour: shades } = state.cols;
  g.globalAlpha = 0.9;
  scene.links.forEach(([a, b, l], row) => {
    const { bend, colour } = scene.lanes[l], c = curve(state.now.xy, size, to, a, b, bend);
    const parts = bend || c.loop ? 24 : 1;
    g.strokeStyle = colours[shades.length ? shades[row] : colour];
    g.lineWidth = Math.max(widths.length ? widths[row] : 1.6, 0.4) * to.u;
    g.beginPath();
    for (let i = 0; i <= parts; i++) {
      const [x, y] = along(c, i / parts);
      i ? g.lineTo(x, y) : g.moveTo(x, y);
    }
    g.stroke();
  });
  g.globalAlpha = 1;
}

function arrowhead(g, c, colour, u) {
  const [x, y] = along(c, 1), [px, py] = along(c, 0.97), a = Math.atan2(y - py, x - px), s = 6 * u;
  g.globalAlpha = 0.65;
  g.fillStyle = colour;
  g.beginPath();
  g.moveTo(x, y);
  g.lineTo(x - s * Math.cos(a - 0.45), y - s * Math.sin(a - 0.45));
  g.lineTo(x - s * Math.cos(a + 0.45), y - s * Math.sin(a + 0.45));
  g.fill();
}

function text(g, string, x, y, size, colour, weight = 400, align = "center") {
  g.font = `${weight} ${size}px ${FONT}`;
  g.textAlign = align;
  g.textBaseline = "middle";
  g.fillStyle = colour;
  g.fillText(string, x, y);
}

const short = (v) => (Math.abs(v) >= 9999.5 ? `${(v / 1000).toFixed(0)}k` : `${Math.round(v * 10) / 10}`.replace(/\.\d+$/, (d) => (Math.abs(v) >= 100 ? "" : d)));

function drawMovers(g, state, to, { ink, colours, on }, s, points) {
  const { scene, cols, now } = state, { m_ends: ends, m_lane: lanes, m_amount: amounts, size } = cols;
  const n = cols.m_id.length, many = n > 300;
  const one = (source, target, lane, amount, at) => {
    const l = scene.lanes[lane];
    const [x, y] = along(curve(now.xy, size, to, source, target, l.bend), at);
    const sized = !Number.isNaN(amount);
    if (sized && amount <= 0 && !l.beside) return; // an empty crate is no crate
    const r = (many ? 3.5 : sized ? Math.min(8 + 0.95 * Math.sqrt(Math.max(amount, 0)), 17) : 6.5) * to.u;
    const glyph = scene.glyphIndex[l.glyph];
    const over = l.beside, half = over ? Math.min(r, 9 * to.u) : r;
    g.globalAlpha = Math.min(1, 0.25 + 8 * Math.min(at, 1 - at) + (at > 0 && at < 1 ? 0.35 : 0));
    g.drawImage(points.sprite(scene.paths[glyph], glyph, half, colours[l.colour]), x - half, y - half, 2 * half, 2 * half);
    if (sized && !many) {
      if (over) text(g, short(amount), x, y - half - 6 * to.u, 11 * to.u, ink.ink, 650);
      else text(g, short(amount), x, y + 0.5 * to.u, Math.min(r * 1.02, 12.5 * to.u), on[l.colour], 700);
    }
  };
  for (let i = 0; i < n; i++) one(ends[2 * i], ends[2 * i + 1], lanes[i], amounts[i], now.at[i]);
  if (s < 1) for (const m of state.movers.ghosts) one(m.source, m.target, m.lane, m.amount, m.from + (1 - m.from) * s);
  g.globalAlpha = 1;
}

function drawAgents(g, state, to, ink, colours, hover) {
  const { scene, cols, now } = state, n = state.count, cards = !scene.plain || scene.bars.length;
  const ground = (i) => shapeOf(scene, i) === scene.glyphIndex.tile;
  g.globalAlpha = 0.22;
  for (let i = 0; i < n; i++) if (ground(i)) {
    const r = cols.size[i] * to.k;
    g.fillStyle = colours[cols.colour[i]];
    g.fillRect(now.xy[2 * i] * to.k + to.x - r, to.y - now.xy[2 * i + 1] * to.k - r, 2 * r, 2 * r);
  }
  g.globalAlpha = 1;
  for (let i = 0; i < n; i++) if (!ground(i)) {
    const x = now.xy[2 * i] * to.k + to.x, y = to.y - now.xy[2 * i + 1] * to.k;
    const r = Math.max(cols.size[i] * to.k, 2 * to.u);
    const colour = cols.down[i] ? ink.muted : colours[cols.colour[i]];
    if (i === state.selected || i === hover) {
      g.beginPath();
      g.arc(x, y, r + 4 * to.u, 0, 7);
      g.lineWidth = 2.5 * to.u;
      g.strokeStyle = ink.ink;
      g.globalAlpha = i === state.selected ? 0.9 : 0.3;
      g.stroke();
      g.globalAlpha = 1;
    }
    if (cards) card(g, scene.paths[shapeOf(scene, i)], x, y, r, colour, ink, to);
    else { g.beginPath(); g.arc(x, y, r, 0, 7); g.fillStyle = colour; g.fill(); g.lineWidth = 1.2 * to.u; g.strokeStyle = ink.paper; g.stroke(); }
    if (cols.down[i]) cross(g, x, y, r, colours[1], to.u);
    let below = y + r + 12 * to.u;
    if (scene.labels[i]) { text(g, scene.labels[i], x, below, 13 * to.u, ink.ink, 650); below += 16 * to.u; }
    if (state.badges[i]) { text(g, state.badges[i], x, below, 11.5 * to.u, ink.muted, 450); below += 15 * to.u; }
    scene.bars.forEach((bar, b) => drawBar(g, state, b, i, x, below + 14 * b * to.u, r, colours[bar.colour], ink, to));
  }
}

function card(g, path, x, y, r, colour, ink, to) {
  g.save();
  g.shadowColor = "rgba(15, 23, 42, .18)";
  g.shadowBlur = 8 * to.u;
  g.shadowOffsetY = 2 * to.u;
  g.beginPath();
  g.arc(x, y, r, 0, 7);
  g.fillStyle = ink.paper;
  g.fill();
  g.restore();
  g.beginPath();
  g.arc(x, y, r, 0, 7);
  g.fillStyle = colour;
  g.globalAlpha = 0.13;
  g.fill();
  g.globalAlpha = 1;
  g.lineWidth = 2 * to.u;
  g.strokeStyle = colour;
  g.stroke();
  const k = (1.16 * r) / 24;
  g.save();
  g.translate(x - 12 * k, y - 12 * k);
  g.scale(k, k);
  g.fillStyle = colour;
  g.fill(path, "evenodd");
  g.restore();
}

function cross(g, x, y, r, colour, u) {
  const d = r * 0.72;
  g.lineWidth = 3.2 * u;
  g.strokeStyle = colour;
  g.beginPath();
  g.moveTo(x - d, y - d); g.lineTo(x + d, y + d);
  g.moveTo(x + d, y - d); g.lineTo(x - d, y + d);
  g.stroke();
}

// A bar lies under the agent's name: so it never hides what travels to and fro.
function drawBar(g, state, b, i, x, y, r, colour, ink, to) {
  const n = state.count, full = state.now.bars[b * n + i], value = state.cols.bars[(state.scene.bars.length + b) * n + i];
  if (Number.isNaN(full)) return;
  const w = Math.max(2.2 * r, 54 * to.u), h = 7 * to.u, left = x - w / 2 - 6 * to.u, long = Math.max(Math.min(full, 1), 0) * w;
  g.beginPath();
  g.roundRect(left, y - h / 2, w, h, h / 2);
  g.fillStyle = ink.line;
  g.globalAlpha = 0.7;
  g.fill();
  g.globalAlpha = 1;
  if (long > 0.5) {
    g.beginPath();
    g.roundRect(left, y - h / 2, Math.max(long, h), h, h / 2);
    g.fillStyle = colour;
    g.fill();
  }
  text(g, short(value), left + w + 5 * to.u, y + 0.5 * to.u, 11 * to.u, value ? ink.ink : ink.muted, 600, "left");
}
