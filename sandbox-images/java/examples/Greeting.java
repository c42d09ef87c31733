import java.util.Scanner;

/** Ask for a name, then greet. */
public class Greeting {
	public static void main(String[] args) {
		System.out.print("What is your name? ");
		var input = new Scanner(System.in);
		var name = input.hasNextLine() ? input.nextLine().strip() : "";
		if (name.isEmpty()) name = "stranger";

		System.out.printf("Hello, %s!%n", name);
		System.out.printf("Backwards that is %s.%n", new StringBuilder(name).reverse());
	}
}
