# Ask for a name, then greet.
print "What is your name? "
$stdout.flush

name = gets.to_s.strip
name = "stranger" if name.empty?

puts "Hello, #{name}!"
puts "Backwards that is #{name.reverse}, in capitals #{name.upcase}."
