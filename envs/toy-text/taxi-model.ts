import type { Transition, TransitionTable } from "./transition.ts";

/** The city: the taxi stands at odd columns, `:` between two of them is open, `|` a wall. */
export const TAXI_MAP = [
  "+---------+",
  "|R: | : :G|",
  "| : | : : |",
  "| : : : : |",
  "| | : | : |",
  "|Y| : |B: |",
  "+---------+",
];

/** Where passengers wait and want to go: red, green, yellow, blue. */
export const TAXI_STOPS = [
  { row: 0, column: 0 },
  { row: 0, column: 4 },
  { row: 4, column: 0 },
  { row: 4, column: 3 },
];

const SIZE = 5;
const IN_TAXI = 4;
const SOUTH = { row: 1, column: 0 };
const NORTH = { row: -1, column: 0 };
const EAST = { row: 0, column: 1 };
const WEST = { row: 0, column: -1 };
type Move = typeof SOUTH;

/** The way ahead, the way to its left, the way to its right; by action. */
const HEADINGS: readonly (readonly Move[])[] = [
  [SOUTH, EAST, WEST],
  [NORTH, WEST, EAST],
  [EAST, NORTH, SOUTH],
  [WEST, SOUTH, NORTH],
];

/** What an observation of Taxi stands for. */
export interface TaxiState {
  readonly row: number;
  readonly column: number;
  /** A stop, 0 to 3; 4: in the taxi. */
  readonly passenger: number;
  /** A stop, 0 to 3. */
  readonly destination: number;
}

/** A state as its number, 0 to 499. */
export function encodeTaxi({ row, column, passenger, destination }: TaxiState): number {
  return ((row * SIZE + column) * 5 + passenger) * 4 + destination;
}

/** The state that a number stands for. */
export function decodeTaxi(state: number): TaxiState {
  const place = Math.floor(state / 20);
  return {
    row: Math.floor(place / SIZE),
    column: place % SIZE,
    passenger: Math.floor(state / 4) % 5,
    destination: state % 4,
  };
}

/** 1 for each action that changes something. */
export function taxiActionMask(number: number): Int8Array {
  const state = decodeTaxi(number);
  const { row, column, passenger } = state;
  const stop = stopAt(row, column);
  const mask = new Int8Array(6);
  for (let action = 0; action < 4; action++) mask[action] = isOpen(row, column, HEADINGS[action][0]) ? 1 : 0;
  mask[4] = passenger < IN_TAXI && passenger === stop ? 1 : 0;
  mask[5] = passenger === IN_TAXI && stop >= 0 ? 1 : 0;
  return mask;
}

/** The whole model; `rainy` is the probability of going ahead in the rain, undefined in dry weather. */
export function taxiTransitions(rainy: number | undefined): TransitionTable {
  return Array.from({ length: 500 }, (_, number) => {
    const state = decodeTaxi(number);
    const moves = HEADINGS.map((heading) => drive(state, heading, rainy));
    return [...moves, [pickUp(state)], [dropOff(state)]];
  });
}

function drive(state: TaxiState, heading: readonly Move[], rainy: number | undefined): Transition[] {
  const going = (probability: number, move: Move): Transition => {
    const blocked = !isOpen(state.row, state.column, heading[0]) || !isOpen(state.row, state.column, move);
    const row = state.row + (blocked ? 0 : move.row);
    const column = state.column + (blocked ? 0 : move.column);
    return { probability, state: encodeTaxi({ ...state, row, column }), reward: -1, terminated: false };
  };
  if (rainy === undefined) return [going(1, heading[0])];
  const sideways = (1 - rainy) / 2;
  return [going(rainy, heading[0]), going(sideways, heading[1]), going(sideways, heading[2])];
}

function pickUp(state: TaxiState): Transition {
  const there = state.passenger < IN_TAXI && state.passenger === stopAt(state.row, state.column);
  const passenger = there ? IN_TAXI : state.passenger;
  return { probability: 1, state: encodeTaxi({ ...state, passenger }), reward: there ? -1 : -10, terminated: false };
}

function dropOff(state: TaxiState): Transition {
  const stop = stopAt(state.row, state.column);
  if (state.passenger !== IN_TAXI || stop < 0) {
    return { probability: 1, state: encodeTaxi(state), reward: -10, terminated: false };
  }
  const arrived = stop === state.destination;
  const after = encodeTaxi({ ...state, passenger: stop });
  return { probability: 1, state: after, reward: arrived ? 20 : -1, terminated: arrived };
}

function stopAt(row: number, column: number): number {
  return TAXI_STOPS.findIndex((stop) => stop.row === row && stop.column === column);
}

function isOpen(row: number, column: number, move: Move): boolean {
  if (move.row !== 0) return row + move.row >= 0 && row + move.row < SIZE;
  return TAXI_MAP[1 + row][2 * column + 1 + move.column] === ":";
}
