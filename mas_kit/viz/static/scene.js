// What the canvas knows of a picture, and where everything is between two frames.
// These files are joined by Python in a fixed order into one module; there is no build step.

const ARRAYS = { f4: Float32Array, u4: Uint32Array, u2: Uint16Array, u1: Uint8Array };
const STILL = { xy: new Float32Array(0), bars: new Float32Array(0) };

function createScene() {
  return {
    scene: null, // names, labels, glyphs, lanes, links, palette: what seldom changes
    count: 0,
    cols: {}, // the columns of the newest frame
    badges: [],
    facts: {}, // time, horizon, clock text
    serial: 0, // of the newest frame
    from: STILL, // where things were drawn when it came
    movers: { from: new Float32Array(0), ghosts: [] },
    began: 0, // when the glide to the newest frame began, and how long it takes, in milliseconds
    span: 0,
    eased: false,
    revision: 0, // counts changes of them, so that views know when to draw links anew
    drawn: true,
    views: new Set(),
    selected: -1,
    now: { xy: STILL.xy, bars: STILL.bars, at: new Float32Array(0) }, // scratch: where things are being drawn
  };
}

function typed(dtype, view) {
  const buffer = view.buffer ? view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength) : view;
  return new ARRAYS[dtype](buffer);
}

// Take in a frame. `span`: milliseconds in which things glide to their new places; 0 jumps.
function accept(state, message, buffers, now, span, eased) {
  place(state, now); // fills state.now with what is on the screen at this moment
  const shown = { xy: state.now.xy.slice(), bars: state.now.bars.slice() };
  const at = new Map();
  const old = state.cols.m_id;
  if (old) for (let i = 0; i < old.length; i++) at.set(old[i], i);
  const before = { ...state.cols, at: state.now.at.slice() };
  const jump = span <= 0 || message.reset || message.count !== state.count || !state.cols.xy;

  message.columns.forEach(([name, dtype], i) => { state.cols[name] = typed(dtype, buffers[i]); });
  if (message.scene) state.scene = prepare(message.scene);
  if (message.scene || message.columns.some(([name]) => name[0] === "l")) state.revision++; // the links look different
  if (state.cols.xy instanceof Uint16Array) state.cols.xy = fromShares(state.cols.xy, state.scene.extent);
  if (message.badges) state.badges = message.badges;
  if (message.reset && !message.badges && message.scene) state.badges = [];
  const same = !message.scene || message.scene.names.length === shown.xy.length / 2;
  state.count = message.count;
  state.facts = message.facts || state.facts;
  state.serial = message.serial;
  const { xy, bars } = state.cols;
  state.from = {
    xy: jump || !same || shown.xy.length !== xy.length ? xy : settle(shown.xy, xy, state.scene),
    bars: jump || shown.bars.length !== bars.length ? bars : shown.bars,
  };

  const ids = state.cols.m_id, goal = state.cols.m_at, ends = state.cols.m_ends;
  const sameWay = (was, i) => was !== undefined && before.m_ends[2 * was] === ends[2 * i] && before.m_ends[2 * was + 1] === ends[2 * i + 1];
  const from = new Float32Array(ids.length);
  for (let i = 0; i < ids.length; i++) {
    const was = at.get(ids[i]);
    const known = sameWay(was, i); // an id may come back for another thing once the first has arrived
    from[i] = jump ? goal[i] : known ? Math.min(before.at[was], goal[i]) : 0;
    if (known) at.delete(ids[i]);
  }
  const ghosts = []; // what has just arrived still has its last stretch to go
  if (!jump) {
    for (const i of at.values()) {
      ghosts.push({
        source: before.m_ends[2 * i], target: before.m_ends[2 * i + 1],
        from: before.at[i], lane: before.m_lane[i], amount: before.m_amount[i],
      });
    }
  }
  state.movers = { from, ghosts };
  state.began = now;
  state.span = jump ? 0 : span;
  state.eased = eased;
  state.drawn = false;
}

// Places that came as 16-bit shares of the extent.
function fromShares(shares, [left, bottom, right, top]) {
  const xy = new Float32Array(shares.length), kx = (right - left) / 65535, ky = (top - bottom) / 65535;
  for (let i = 0; i < xy.length; i += 2) {
    xy[i] = left + shares[i] * kx;
    xy[i + 1] = bottom + shares[i + 1] * ky;
  }
  return xy;
}

// An agent that leaves on one side of a torus and comes in on the other must not race across the picture.
function settle(from, to, scene) {
  const [left, bottom, right, top] = scene.extent;
  const far = 0.4 * Math.max(right - left, top - bottom);
  for (let i = 0; i < to.length; i += 2) {
    if (Math.abs(to[i] - from[i]) > far || Math.abs(to[i + 1] - from[i + 1]) > far) {
      from[i] = to[i];
      from[i + 1] = to[i + 1];
    }
  }
  return from;
}

function share(state, now) {
  if (state.span <= 0) return 1;
  const s = Math.min(Math.max((now - state.began) / state.span, 0), 1);
  return state.eased ? s * s * (3 - 2 * s) : s;
}

const moving = (state, now) => state.span > 0 && now - state.began < state.span;

function blend(out, from, to, s) {
  if (out.length !== to.length) out = new Float32Array(to.length);
  if (s >= 1 || from.length !== to.length) { out.set(to); return out; }
  const r = 1 - s;
  for (let i = 0; i < to.length; i++) out[i] = from[i] * r + to[i] * s;
  return out;
}

// Where everything is at time `now`, into state.now.
function place(state, now) {
  if (!state.cols.xy) return 1;
  const s = share(state, now);
  state.now.xy = blend(state.now.xy, state.from.xy, state.cols.xy, s);
  state.now.bars = blend(state.now.bars, state.from.bars, state.cols.bars, s);
  state.now.at = blend(state.now.at, state.movers.from, state.cols.m_at, s);
  return s;
}

function prepare(scene) {
  scene.paths = Object.values(scene.glyphs).map((data) => new Path2D(data));
  scene.glyphIndex = Object.fromEntries(Object.keys(scene.glyphs).map((name, i) => [name, i]));
  scene.plain = scene.shapes.length === 1 && Object.keys(scene.glyphs)[scene.shapes[0]] === "circle";
  return scene;
}

const shapeOf = (scene, i) => scene.shapes[scene.shapes.length === 1 ? 0 : i];
