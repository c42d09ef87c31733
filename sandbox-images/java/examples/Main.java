import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Shapes as data: records say what they hold, a sealed interface says which there are, patterns take them apart. */
public class Main {
	sealed interface Shape {}

	record Circle(double radius) implements Shape {}

	record Rectangle(double width, double height) implements Shape {}

	record Scaled(Shape shape, double factor) implements Shape {}

	/** No default branch: a shape that is forgotten here does not compile. */
	static double area(Shape shape) {
		return switch (shape) {
			case Circle(var radius) -> Math.PI * radius * radius;
			case Rectangle(var width, var height) -> width * height;
			case Scaled(var inner, var factor) -> area(inner) * factor * factor;
		};
	}

	static String describe(Shape shape) {
		return switch (shape) {
			case Circle(var radius) -> "a circle of radius %.1f".formatted(radius);
			case Rectangle(var width, var height) when width == height -> "a square of side %.1f".formatted(width);
			case Rectangle(var width, var height) -> "a rectangle of %.1f by %.1f".formatted(width, height);
			case Scaled(var inner, var factor) -> "%s, %.0f times as large".formatted(describe(inner), factor);
		};
	}

	public static void main(String[] args) {
		var shapes = List.of(
			new Circle(1),
			new Rectangle(3, 3),
			new Rectangle(2, 5),
			new Scaled(new Circle(0.5), 3),
			new Scaled(new Scaled(new Rectangle(1, 2), 2), 2));

		shapes.stream()
			.sorted(Comparator.comparingDouble(Main::area).reversed())
			.forEach(shape -> System.out.printf("%7.2f  %s%n", area(shape), describe(shape)));

		var byKind = shapes.stream()
			.collect(Collectors.groupingBy(shape -> shape.getClass().getSimpleName(), Collectors.summingDouble(Main::area)));
		System.out.println("\nArea of each kind:");
		byKind.forEach((kind, sum) -> System.out.printf("%-10s %7.2f%n", kind, sum));
	}
}
