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
    my $pair = setting('pair', undef);
    if (!$pair) { print "HA Enabled: No\n\n"; next }
    my ($state, $unit) = @$pair{qw(state unit)};
    print "HA Enabled: Yes\nThis FMC Role In HA: $state - $unit\nSybase Process: Running (vmsDbEngine, theSybase PM Process is Running)\nSybase Database Connectivity: Accepting DB Connections.\nSybase Database Name: csm_", lc $unit, "\nSybase Role: $state\nSTATUS:\n  Active HA DC: 1\n  degraded: 0\n  mirroring: 1\n  peer_connected: 1\n  Sync status :Synchronization Completed\n\n";
}
