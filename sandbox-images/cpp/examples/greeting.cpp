#include <iostream>
#include <string>

// Ask for a name, then greet. Reading from std::cin flushes std::cout first: the two are tied.
int main()
{
	std::string name;

	std::cout << "What is your name? ";
	std::getline(std::cin, name);
	if (name.empty())
		name = "stranger";

	std::cout << "Hello, " << name << "!\n"
	          << "Backwards that is " << std::string(name.rbegin(), name.rend()) << ".\n";
}
