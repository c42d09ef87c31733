import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Scanner;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Compiled once at build time, so that the compiler meets what programs are made of. It never runs. */
public class Training {
	sealed interface Shape permits Circle, Square {}

	record Circle(double radius) implements Shape {}

	record Square(double side) implements Shape {}

	enum Mode { FAST, SLOW }

	@FunctionalInterface
	interface Step<T extends Comparable<T>> {
		T take(T from) throws Exception;
	}

	static abstract class Base {
		protected final Map<String, List<Integer>> seen = new HashMap<>();

		abstract int count();
	}

	static class Derived extends Base {
		@Override
		int count() {
			return seen.values().stream().mapToInt(List::size).sum();
		}
	}

	static double area(Shape shape) {
		return switch (shape) {
			case Circle(double radius) when radius > 1 -> Math.PI * radius * radius;
			case Circle circle -> Math.PI * circle.radius();
			case Square square -> square.side() * square.side();
		};
	}

	public static void main(String[] args) throws Exception {
		var shapes = List.of(new Circle(1), new Square(2));
		Map<Boolean, List<Shape>> parts = shapes.stream().collect(Collectors.partitioningBy(it -> area(it) > 3));
		System.out.printf("%s %.2f%n", parts, shapes.stream().mapToDouble(Training::area).sum());
		int[] numbers = IntStream.rangeClosed(1, 10).filter(n -> n % 2 == 0).toArray();
		for (int number : numbers) System.out.print(number + " ");
		StringBuilder text = new StringBuilder();
		for (int i = 0; i < 3; i++) text.append(i).append(", ");
		Function<String, Integer> length = String::length;
		Optional<String> longest = new ArrayList<>(List.of("a", "bb")).stream().max(Comparator.comparing(length));
		System.out.println("""
			A block of text: %s""".formatted(longest.orElse("none") + text));
		try (var pool = Executors.newFixedThreadPool(2); Scanner scanner = new Scanner(System.in)) {
			pool.submit(() -> System.out.println(Mode.valueOf("FAST")));
			String line = scanner.hasNextLine() ? scanner.nextLine() : new BufferedReader(new InputStreamReader(System.in)).readLine();
			synchronized (text) {
				text.append(line == null ? "" : line.strip());
			}
		} catch (IllegalArgumentException | IllegalStateException fault) {
			throw new RuntimeException("wrapped", fault);
		} finally {
			System.err.println(new Derived().count() > 0 ? "some" : "none");
		}
	}
}
