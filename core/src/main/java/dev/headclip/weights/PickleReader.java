package dev.headclip.weights;

import dev.headclip.HeadClipException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads the pickles inside PyTorch archives without executing anything: it builds numbers, strings,
 * lists, tuples, dictionaries, tensor descriptions and, for TorchScript, bags of attributes. Any
 * other class is refused by name.
 */
final class PickleReader {
  /** A storage named by a persistent id. */
  record Storage(DType dtype, String key, long elements) {}

  /** A tensor: a strided view of a storage. */
  record TensorRef(Storage storage, long offset, long[] shape, long[] stride) {}

  /** An object of a TorchScript class: its attributes and nothing else. */
  record Bag(String className, Map<Object, Object> attributes) {}

  private record Global(String module, String name) {
    @Override
    public String toString() {
      return module + "." + name;
    }
  }

  /** Python's None: Java's collections here hold no null. */
  enum None {
    NONE
  }

  private static final Map<String, DType> STORAGES =
      Map.of(
          "FloatStorage", DType.F32,
          "DoubleStorage", DType.F64,
          "HalfStorage", DType.F16,
          "BFloat16Storage", DType.BF16,
          "LongStorage", DType.I64,
          "IntStorage", DType.I32,
          "ShortStorage", DType.I16,
          "CharStorage", DType.I8,
          "ByteStorage", DType.U8,
          "BoolStorage", DType.BOOL);

  /** A large CLIP needs tens of thousands. */
  private static final int MAX_OPERATIONS = 1_000_000;

  private static final Global ORDERED_DICT = new Global("collections", "OrderedDict");
  private static final Global REBUILD = new Global("torch._utils", "_rebuild_tensor_v2");
  private static final Global PARAMETER = new Global("torch._utils", "_rebuild_parameter");
  private static final Global SIZE = new Global("torch", "Size");
  private static final String SCRIPT = "__torch__";

  private final String file;
  private final ByteBuffer in;
  private final Deque<Object> stack = new ArrayDeque<>();
  private final Deque<Deque<Object>> marks = new ArrayDeque<>();
  private final Map<Integer, Object> memo = new HashMap<>();
  // maps built by OrderedDict: BUILD may give them the _metadata of a state dict
  private final Set<Object> orderedDicts = Collections.newSetFromMap(new IdentityHashMap<>());
  private Deque<Object> current = stack;

  PickleReader(String file, byte[] pickle) {
    this.file = file;
    this.in = ByteBuffer.wrap(pickle).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The object that the pickle describes. */
  Object read() {
    try {
      for (int operations = 0; ; operations++) {
        if (operations > MAX_OPERATIONS) {
          throw refuse("its pickle has more than %d operations".formatted(MAX_OPERATIONS));
        }
        int op = in.get() & 0xff;
        if (op == '.') {
          return pop();
        }
        step(op);
      }
    } catch (BufferUnderflowException e) {
      throw refuse("its pickle ends too early");
    } catch (ClassCastException
        | IllegalArgumentException
        | ArithmeticException
        | UnsupportedOperationException e) {
      throw refuse("its pickle is malformed");
    }
  }

  private HeadClipException refuse(String why) {
    return new HeadClipException("%s: refused: %s".formatted(file, why));
  }

  private void step(int op) {
    switch (op) {
      case 0x80 -> in.get(); // PROTO
      case 0x95 -> in.getLong(); // FRAME
      case '}' -> push(new LinkedHashMap<>());
      case ']' -> push(new ArrayList<>());
      case ')' -> push(List.of());
      case '(' -> mark();
      case 'N' -> push(None.NONE);
      case 0x88 -> push(true);
      case 0x89 -> push(false);
      case 'J' -> push((long) in.getInt());
      case 'K' -> push((long) (in.get() & 0xff));
      case 'M' -> push((long) (in.getShort() & 0xffff));
      case 0x8a -> push(longOf(in.get() & 0xff));
      case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(in.getLong())));
      case 'X' -> push(text(in.getInt()));
      case 0x8c -> push(text(in.get() & 0xff));
      case 'U' -> push(text(in.get() & 0xff));
      case 'T' -> push(text(in.getInt()));
      case 'q' -> memo.put(in.get() & 0xff, top());
      case 'r' -> memo.put(in.getInt(), top());
      case 0x94 -> memo.put(memo.size(), top());
      case 'h' -> push(remembered(in.get() & 0xff));
      case 'j' -> push(remembered(in.getInt()));
      case 0x85 -> tuple(1);
      case 0x86 -> tuple(2);
      case 0x87 -> tuple(3);
      case 't' -> push(untilMark());
      case 'l' -> push(new ArrayList<>(untilMark()));
      case 'a' -> {
        Object item = pop();
        list(top()).add(item);
      }
      case 'e' -> {
        List<Object> items = untilMark();
        list(top()).addAll(items);
      }
      case 's' -> {
        Object value = pop();
        Object key = pop();
        put(map(top()), key, value);
      }
      case 'u' -> {
        List<Object> items = untilMark();
        Map<Object, Object> map = map(top());
        for (int i = 0; i + 1 < items.size(); i += 2) {
          put(map, items.get(i), items.get(i + 1));
        }
      }
      case 'c' -> push(global(line(), line()));
      case 0x93 -> {
        String name = (String) pop();
        push(global((String) pop(), name));
      }
      case 'R' -> {
        List<Object> args = list(pop());
        push(call((Global) pop(), args));
      }
      case 0x81 -> {
        pop();
        push(instance((Global) pop()));
      }
      case 'b' -> build(pop());
      case 'Q' -> push(storage(list(pop())));
      case '0' -> pop();
      case '2' -> push(top());
      default ->
          throw refuse("its pickle has operation 0x%02x, which no weights need".formatted(op));
    }
  }

  /** Keys are plain: a container as a key could contain itself. */
  private void put(Map<Object, Object> map, Object key, Object value) {
    if (!(key instanceof String || key instanceof Long)) {
      throw refuse("its pickle has a dictionary whose keys are neither strings nor integers");
    }
    map.put(key, value);
  }

  private Global global(String module, String name) {
    Global g = new Global(module, name);
    boolean storage = module.equals("torch") && STORAGES.containsKey(name);
    boolean script = module.equals(SCRIPT) || module.startsWith(SCRIPT + ".");
    if (!storage && !script && !Set.of(ORDERED_DICT, REBUILD, PARAMETER, SIZE).contains(g)) {
      throw refuse(
          "it builds %s, expected tensors and plain containers only; save a state dict instead"
              .formatted(g));
    }
    return g;
  }

  private Object call(Global f, List<Object> args) {
    if (f.equals(ORDERED_DICT)) {
      if (!args.isEmpty()) {
        throw refuse("its pickle has an OrderedDict with arguments");
      }
      Map<Object, Object> map = new LinkedHashMap<>();
      orderedDicts.add(map);
      return map;
    }
    if (f.equals(REBUILD) && args.size() >= 4) {
      return new TensorRef(
          (Storage) args.get(0), (Long) args.get(1), sizes(args.get(2)), sizes(args.get(3)));
    }
    if (f.equals(PARAMETER) && !args.isEmpty() && args.get(0) instanceof TensorRef t) {
      return t;
    }
    if (f.equals(SIZE) && args.size() == 1) {
      return args.get(0);
    }
    throw refuse("its pickle calls %s, which no weights need".formatted(f));
  }

  private Object instance(Global type) {
    if (!type.module().startsWith(SCRIPT)) {
      throw refuse("its pickle makes an object of class %s".formatted(type));
    }
    return new Bag(type.toString(), new LinkedHashMap<>());
  }

  private void build(Object state) {
    Object target = top();
    if (target instanceof Bag bag) {
      bag.attributes().putAll(map(state));
    } else if (!orderedDicts.contains(target) || !(state instanceof Map)) {
      throw refuse("its pickle sets attributes of a plain value");
    }
    // an OrderedDict's attribute is a state dict's _metadata: of no use here
  }

  private Storage storage(List<Object> id) {
    if (id.size() < 5
        || !"storage".equals(id.get(0))
        || !(id.get(1) instanceof Global g)
        || !STORAGES.containsKey(g.name())) {
      throw refuse("its pickle refers to something that is not a storage");
    }
    // id.get(3) is the device it was saved on: ignored
    return new Storage(STORAGES.get(g.name()), (String) id.get(2), (Long) id.get(4));
  }

  private static long[] sizes(Object tuple) {
    return list(tuple).stream().mapToLong(o -> (Long) o).toArray();
  }

  private long longOf(int bytes) {
    if (bytes > 8) {
      throw refuse("its pickle has an integer of %d bytes".formatted(bytes));
    }
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      long b = i == bytes - 1 ? in.get() : in.get() & 0xff;
      value |= b << (8 * i);
    }
    return value;
  }

  private String text(int length) {
    if (length < 0 || length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] b = new byte[length];
    in.get(b);
    return new String(b, StandardCharsets.UTF_8);
  }

  private String line() {
    int start = in.position();
    while (in.get() != '\n') {
      // on to the end of the line
    }
    int length = in.position() - start - 1;
    return new String(in.array(), start, length, StandardCharsets.UTF_8);
  }

  private Object remembered(int key) {
    Object value = memo.get(key);
    if (value == null) {
      throw refuse("its pickle recalls something it never stored");
    }
    return value;
  }

  private void tuple(int n) {
    Object[] items = new Object[n];
    for (int i = n - 1; i >= 0; i--) {
      items[i] = pop();
    }
    push(List.of(items));
  }

  private void mark() {
    marks.push(current);
    current = new ArrayDeque<>();
  }

  private List<Object> untilMark() {
    if (marks.isEmpty()) {
      throw refuse("its pickle closes what it never opened");
    }
    List<Object> items = new ArrayList<>(current);
    Collections.reverse(items);
    current = marks.pop();
    return items;
  }

  private void push(Object o) {
    current.push(o);
  }

  private Object pop() {
    if (current.isEmpty()) {
      throw refuse("its pickle takes more than it gave");
    }
    return current.pop();
  }

  private Object top() {
    if (current.isEmpty()) {
      throw refuse("its pickle takes more than it gave");
    }
    return current.peek();
  }

  @SuppressWarnings("unchecked") // every list here was made here
  private static List<Object> list(Object o) {
    return (List<Object>) o;
  }

  @SuppressWarnings("unchecked") // every map here was made here
  private static Map<Object, Object> map(Object o) {
    return (Map<Object, Object>) o;
  }
}
