#!/usr/bin/perl
# The shell of a chassis' module, on its serial line. It says nothing before it is asked.
use lib '/usr/local/sf/lib';
use strict;
use warnings;
use Appliance;
use Console;

$| = 1;
my $instance = setting('fxos', {})->{instance};
my $prompt = 'Firepower-module1>';
my $shown = '';
while (1) {
    my $line = edit($shown, '') // exit 0;
    $shown = $prompt;
    $line =~ s/^\s+|\s+$//g;
    next if $line eq '';
    if ($line =~ /^connect ftd(?: (\S+))?$/) {
        if (($instance // '') ne ($1 // '')) { print defined $instance ? "Please specify the application instance: $instance\n" : "$1 is not running\n"; next }
        print 'Connecting to ', (defined $instance ? "container ftd($instance)" : 'ftd(ftd)'), " console... enter exit to return to bootCLI\n";
        system('/usr/local/bin/clish', '--from-module');
    } elsif ($line eq 'exit') { next }
    else { print "No such command\n" }
}
