import { Testing } from "cdktf";
import { Construct } from "constructs";
import { MarkOn, NoteOn, StateOf, StateOfTree } from "../../lib/core/construct-state";
import { newStack } from "../support/stack";

describe("StateOf", () => {
  test("creates the state of an object once", () => {
    const make = jest.fn((key: { name: string }) => [key.name]);
    const state = new StateOf(make);
    const [web, db] = [{ name: "web" }, { name: "db" }];
    state.of(web).push("pod");
    expect([state.of(web), state.of(db)]).toEqual([["web", "pod"], ["db"]]);
    expect(make).toHaveBeenCalledTimes(2);
  });

  test("answers whether an object has state without creating it", () => {
    const state = new StateOf<object, undefined>(() => undefined);
    const key = {};
    expect([state.has(key), state.peek(key), state.has(key)]).toEqual([false, undefined, false]);
    state.of(key);
    expect(state.has(key)).toBe(true);
  });

  test("keeps a state that is undefined", () => {
    const make = jest.fn(() => undefined);
    const state = new StateOf<object, undefined>(make);
    const key = {};
    state.of(key);
    state.of(key);
    expect(make).toHaveBeenCalledTimes(1);
  });
});

test("StateOfTree is shared by the constructs of a tree, and by no other tree", () => {
  const state = new StateOfTree<string[]>((root) => [root.node.path]);
  const app = Testing.app();
  const [first, second] = [newStack("first", app), newStack("second", app)];
  state.of(first).push("first");
  expect(state.peek(second)).toEqual(["", "first"]);
  const other = newStack();
  expect([state.has(other), state.peek(other)]).toEqual([false, undefined]);
  expect(state.of(new Construct(other, "part"))).not.toBe(state.of(first));
});

test("NoteOn keeps the latest value of each object", () => {
  const notes = new NoteOn<object, number>();
  const [first, second] = [{}, {}];
  notes.set(first, 1);
  notes.set(first, 2);
  expect([notes.get(first), notes.has(first), notes.get(second), notes.has(second)]).toEqual([
    2,
    true,
    undefined,
    false,
  ]);
});

test("MarkOn answers once that an object had no mark, until the mark is cleared", () => {
  const marks = new MarkOn<object>();
  const key = {};
  expect([marks.has(key), marks.once(key), marks.once(key), marks.has(key)]).toEqual([
    false,
    true,
    false,
    true,
  ]);
  marks.clear(key);
  expect([marks.has(key), marks.once(key)]).toEqual([false, true]);
});
