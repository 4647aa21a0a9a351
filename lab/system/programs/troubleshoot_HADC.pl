#!/usr/bin/perl
# The menu that tells about a pair of FMCs.
use lib '/usr/local/sf/lib';
use strict;
use warnings;
use Appliance;

$| = 1;
must_be_root();
my @entries = ('Show HA Info Of FMC', 'Execute Sybase DBPing', 'Show Arbiter Status', 'Check Peer Connectivity', 'Print Messages Of AQ Task');
my %sync = (good => 'Synchronization Completed', inProgress => 'Synchronization Task In-progress', degraded => 'Synchronization Failed', splitBrain => 'Split Brain');

# The first lines are a transcript's; that the STATUS block of manage_HADC.pl follows, and the words for each state, is our belief.
sub ha_info {
    my $ha = setting('ha', {});
    return "HA Enabled: No\n" unless $ha->{enabled};
    my ($state, $unit, $split) = (ucfirst $ha->{state}, ucfirst $ha->{unit}, $ha->{sync} eq 'splitBrain');
    my $whole = $ha->{sync} eq 'good' || $ha->{sync} eq 'inProgress';
    return "HA Enabled: Yes\nThis FMC Role In HA: $state - $unit\nStatus out put: vmsDbEngine (system,gui) - Running 29061\n"
        . "Sybase Process: Running (vmsDbEngine, theSybase PM Process is Running)\nSybase Database Connectivity: Accepting DB Connections.\n"
        . "Sybase Database Name: csm_$ha->{unit}\nSybase Role: $state\nSTATUS:\n"
        . sprintf("  Active HA DC: %d\n  degraded: %d\n  mirroring: %d\n  peer_connected: %d\n", $split ? 2 : 1, !$whole, $whole, !$split)
        . "  Sync status :$sync{ $ha->{sync} }\n";
}
while (1) {
    print "**************** Troubleshooting Utility **************\n\n";
    printf " %d\t%s\n", $_ + 1, $entries[$_] for 0 .. $#entries;
    print " 0\tExit\n\n**************************************************************\nEnter choice: ";
    my $choice = <STDIN>;
    print "\n";
    if (!defined $choice || $choice =~ /^\s*0\s*$/) { print "Thank you\n"; exit 0 }
    if ($choice !~ /^\s*1\s*$/) { print "Invalid choice\n\n"; next }
    print ha_info(), "\n";
}
