#!/usr/bin/perl
# The menu that tells about a pair of FMCs.
use lib '/usr/local/sf/lib';
use strict;
use warnings;
use Appliance;

$| = 1;
must_be_root();
my @entries = ('Show HA Info Of FMC', 'Execute Sybase DBPing', 'Show Arbiter Status', 'Check Peer Connectivity', 'Print Messages Of AQ Task');
while (1) {
    print "**************** Troubleshooting Utility **************\n\n";
    printf " %d\t%s\n", $_ + 1, $entries[$_] for 0 .. $#entries;
    print " 0\tExit\n\n**************************************************************\nEnter choice: ";
    my $choice = <STDIN>;
    print "\n";
    if (!defined $choice || $choice =~ /^\s*0\s*$/) { print "Thank you\n"; exit 0 }
    if ($choice !~ /^\s*1\s*$/) { print "Invalid choice\n\n"; next }
    print "HA Enabled: No\n\n";
}
