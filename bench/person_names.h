#pragma once

#include <cstdint>
#include <string>

namespace ringdex::bench {

// Names made of syllables; each function replaces or extends its text, and `chance` alone decides what is written.

// "Zoë Marović" and the beginning of an e-mail address, "zmarovic".
void write_name(std::uint64_t chance, std::string& name, std::string& email);

// "Nortek GmbH"; empty and false for 15 % of people unless one is `needed`. Sizes follow Zipf's law: the company of
// rank n has about 1/n of the people of the first.
bool write_organization(std::uint64_t chance, bool needed, std::string& organization);

// "Sales Manager"; empty for one person in three.
void write_title(std::uint64_t chance, std::string& title);

// Appends the domain of that organization.
void write_domain(std::uint64_t chance, std::string& text);

}  // namespace ringdex::bench
