# Words that are made of the same letters, in one chain of blocks.

WORDS = %w[
  alerting altering angel angle arcs baker brake break cars cat act tac dusty elbow below
  enlist evil glean inlet integral listen live night quiet quite relating save scar silent
  state study taste thing tinsel triangle vase veil vile
].freeze

# A word's letters in order: what all its anagrams have in common.
def signature(word) = word.chars.sort.join

families = WORDS
  .uniq
  .group_by { signature(_1) }
  .values
  .select { |family| family.size > 1 }
  .sort_by { |family| [-family.size, family.min] }

families.each do |family|
  first, *others = family.sort
  puts "#{first.rjust(10)}  #{others.join(', ')}"
end

longest = families.max_by { |family| family.first.length }
lonely  = WORDS.size - families.sum(&:size)

puts
puts "The longest are #{longest.sort.join(', ')}."
puts "#{lonely} of #{WORDS.size} words have none here."
